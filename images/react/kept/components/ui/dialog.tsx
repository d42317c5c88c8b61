import * as Root from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export const Dialog = Root.Root;
export const DialogTrigger = Root.Trigger;
export const DialogPortal = Root.Portal;
export const DialogClose = Root.Close;
export const DialogOverlay = styled(Root.Overlay, "fixed inset-0 z-50 bg-black/50");

export function DialogContent({ className, children, ...rest }: any) {
    return (
        <Root.Portal>
            <DialogOverlay />
            <Root.Content aria-describedby={undefined} className={cn("fixed top-1/2 left-1/2 z-50 grid w-full max-w-[calc(100%-2rem)] -translate-x-1/2 -translate-y-1/2 gap-4 rounded-lg border border-border bg-background p-6 text-foreground shadow-lg sm:max-w-lg", className)} {...rest}>
                {children}
                <Root.Close className="absolute top-4 right-4 cursor-pointer rounded-sm opacity-70 hover:opacity-100" aria-label="Close"><X className="size-4" /></Root.Close>
            </Root.Content>
        </Root.Portal>
    );
}
export const DialogHeader = styled("div", "flex flex-col gap-2 text-center sm:text-left");
export const DialogFooter = styled("div", "flex flex-col-reverse gap-2 sm:flex-row sm:justify-end");
export const DialogTitle = styled(Root.Title, "text-lg font-semibold leading-none");
export const DialogDescription = styled(Root.Description, "text-sm text-muted-foreground");
