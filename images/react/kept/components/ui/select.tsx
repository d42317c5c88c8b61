import * as Root from "@radix-ui/react-select";
import { Check, ChevronDown } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export const Select = Root.Root;
export const SelectGroup = Root.Group;
export const SelectValue = Root.Value;

export function SelectTrigger({ className, children, ...rest }: any) {
    return (
        <Root.Trigger className={cn("flex h-9 w-full items-center justify-between gap-2 rounded-md border border-input bg-transparent px-3 py-2 text-sm whitespace-nowrap shadow-xs outline-none focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 data-[placeholder]:text-muted-foreground", className)} {...rest}>
            {children}
            <Root.Icon asChild><ChevronDown className="size-4 opacity-50" /></Root.Icon>
        </Root.Trigger>
    );
}

export function SelectContent({ className, children, position = "popper", ...rest }: any) {
    return (
        <Root.Portal>
            <Root.Content position={position} className={cn("relative z-50 max-h-96 min-w-32 overflow-hidden rounded-md border border-border bg-popover text-popover-foreground shadow-md", position === "popper" && "translate-y-1", className)} {...rest}>
                <Root.Viewport className="w-full min-w-(--radix-select-trigger-width) p-1">{children}</Root.Viewport>
            </Root.Content>
        </Root.Portal>
    );
}

export function SelectItem({ className, children, ...rest }: any) {
    return (
        <Root.Item className={cn("relative flex w-full cursor-default items-center rounded-sm py-1.5 pr-8 pl-2 text-sm outline-none select-none focus:bg-accent focus:text-accent-foreground data-[disabled]:opacity-50", className)} {...rest}>
            <span className="absolute right-2 flex size-3.5 items-center justify-center"><Root.ItemIndicator><Check className="size-4" /></Root.ItemIndicator></span>
            <Root.ItemText>{children}</Root.ItemText>
        </Root.Item>
    );
}
export const SelectLabel = styled(Root.Label, "px-2 py-1.5 text-xs text-muted-foreground");
export const SelectSeparator = styled(Root.Separator, "-mx-1 my-1 h-px bg-border");
