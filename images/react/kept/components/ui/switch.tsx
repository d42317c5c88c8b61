import * as Root from "@radix-ui/react-switch";
import { cn } from "../../lib/utils";

export function Switch({ className, ...rest }: any) {
    return (
        <Root.Root className={cn("inline-flex h-5 w-9 shrink-0 cursor-pointer items-center rounded-full border-2 border-transparent transition-colors focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 data-[state=checked]:bg-primary data-[state=unchecked]:bg-input", className)} {...rest}>
            <Root.Thumb className="block size-4 rounded-full bg-background shadow transition-transform data-[state=checked]:translate-x-4 data-[state=unchecked]:translate-x-0" />
        </Root.Root>
    );
}
