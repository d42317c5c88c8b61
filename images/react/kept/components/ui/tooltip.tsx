import * as Root from "@radix-ui/react-tooltip";
import { cn } from "../../lib/utils";

export const TooltipProvider = Root.Provider;
export const TooltipTrigger = Root.Trigger;

export function Tooltip(props: any) {
    return <Root.Provider delayDuration={200}><Root.Root {...props} /></Root.Provider>;
}

export function TooltipContent({ className, sideOffset = 4, ...rest }: any) {
    return <Root.Portal><Root.Content sideOffset={sideOffset} className={cn("z-50 rounded-md bg-primary px-3 py-1.5 text-xs text-primary-foreground", className)} {...rest} /></Root.Portal>;
}
