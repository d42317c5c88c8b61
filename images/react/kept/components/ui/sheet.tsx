import * as Root from "@radix-ui/react-dialog";
import { X } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

const SIDES: Record<string, string> = {
    right: "inset-y-0 right-0 h-full w-3/4 border-l sm:max-w-sm",
    left: "inset-y-0 left-0 h-full w-3/4 border-r sm:max-w-sm",
    top: "inset-x-0 top-0 border-b",
    bottom: "inset-x-0 bottom-0 border-t",
};
export const Sheet = Root.Root;
export const SheetTrigger = Root.Trigger;
export const SheetClose = Root.Close;

export function SheetContent({ side = "right", className, children, ...rest }: any) {
    return (
        <Root.Portal>
            <Root.Overlay className="fixed inset-0 z-50 bg-black/50" />
            <Root.Content aria-describedby={undefined} className={cn("fixed z-50 flex flex-col gap-4 border-border bg-background p-6 text-foreground shadow-lg", SIDES[side], className)} {...rest}>
                {children}
                <Root.Close className="absolute top-4 right-4 cursor-pointer opacity-70 hover:opacity-100" aria-label="Close"><X className="size-4" /></Root.Close>
            </Root.Content>
        </Root.Portal>
    );
}
export const SheetHeader = styled("div", "flex flex-col gap-1.5");
export const SheetFooter = styled("div", "mt-auto flex flex-col gap-2");
export const SheetTitle = styled(Root.Title, "font-semibold text-foreground");
export const SheetDescription = styled(Root.Description, "text-sm text-muted-foreground");
