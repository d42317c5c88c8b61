import * as Root from "@radix-ui/react-progress";
import { cn } from "../../lib/utils";

export function Progress({ className, value = 0, ...rest }: any) {
    return (
        <Root.Root value={value} className={cn("relative h-2 w-full overflow-hidden rounded-full bg-primary/20", className)} {...rest}>
            <Root.Indicator className="h-full w-full bg-primary transition-all" style={{ transform: `translateX(-${100 - (value ?? 0)}%)` }} />
        </Root.Root>
    );
}
