import * as Root from "@radix-ui/react-alert-dialog";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";
import { buttonVariants } from "./button";

export const AlertDialog = Root.Root;
export const AlertDialogTrigger = Root.Trigger;
export const AlertDialogPortal = Root.Portal;
export const AlertDialogOverlay = styled(Root.Overlay, "fixed inset-0 z-50 bg-black/50");

export function AlertDialogContent({ className, ...rest }: any) {
    return (
        <Root.Portal>
            <AlertDialogOverlay />
            <Root.Content className={cn("fixed top-1/2 left-1/2 z-50 grid w-full max-w-[calc(100%-2rem)] -translate-x-1/2 -translate-y-1/2 gap-4 rounded-lg border border-border bg-background p-6 text-foreground shadow-lg sm:max-w-lg", className)} {...rest} />
        </Root.Portal>
    );
}
export const AlertDialogHeader = styled("div", "flex flex-col gap-2 text-center sm:text-left");
export const AlertDialogFooter = styled("div", "flex flex-col-reverse gap-2 sm:flex-row sm:justify-end");
export const AlertDialogTitle = styled(Root.Title, "text-lg font-semibold");
export const AlertDialogDescription = styled(Root.Description, "text-sm text-muted-foreground");
export const AlertDialogAction = styled(Root.Action, buttonVariants());
export const AlertDialogCancel = styled(Root.Cancel, buttonVariants({ variant: "outline" }));
