import * as Root from "@radix-ui/react-popover";
import { cn } from "../../lib/utils";

export const Popover = Root.Root;
export const PopoverTrigger = Root.Trigger;
export const PopoverAnchor = Root.Anchor;

export function PopoverContent({ className, align = "center", sideOffset = 4, ...rest }: any) {
    return <Root.Portal><Root.Content align={align} sideOffset={sideOffset} className={cn("z-50 w-72 rounded-md border border-border bg-popover p-4 text-popover-foreground shadow-md outline-none", className)} {...rest} /></Root.Portal>;
}
