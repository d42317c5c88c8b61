import * as Root from "@radix-ui/react-scroll-area";
import { cn } from "../../lib/utils";

export function ScrollBar({ orientation = "vertical", className, ...rest }: any) {
    return (
        <Root.Scrollbar orientation={orientation} className={cn("flex touch-none p-px select-none", orientation === "vertical" ? "h-full w-2.5" : "h-2.5 flex-col", className)} {...rest}>
            <Root.Thumb className="relative flex-1 rounded-full bg-border" />
        </Root.Scrollbar>
    );
}

export function ScrollArea({ className, children, ...rest }: any) {
    return (
        <Root.Root className={cn("relative overflow-hidden", className)} {...rest}>
            <Root.Viewport className="size-full rounded-[inherit]">{children}</Root.Viewport>
            <ScrollBar />
            <Root.Corner />
        </Root.Root>
    );
}
