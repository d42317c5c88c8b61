import * as Root from "@radix-ui/react-hover-card";
import { cn } from "../../lib/utils";

export const HoverCard = Root.Root;
export const HoverCardTrigger = Root.Trigger;

export function HoverCardContent({ className, sideOffset = 4, ...rest }: any) {
    return <Root.Portal><Root.Content sideOffset={sideOffset} className={cn("z-50 w-64 rounded-md border border-border bg-popover p-4 text-popover-foreground shadow-md outline-none", className)} {...rest} /></Root.Portal>;
}
