import * as Root from "@radix-ui/react-checkbox";
import { Check } from "lucide-react";
import { cn } from "../../lib/utils";

export function Checkbox({ className, ...rest }: any) {
    return (
        <Root.Root className={cn("size-4 shrink-0 cursor-pointer rounded-[4px] border border-primary focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 data-[state=checked]:bg-primary data-[state=checked]:text-primary-foreground", className)} {...rest}>
            <Root.Indicator className="flex items-center justify-center"><Check className="size-3.5" /></Root.Indicator>
        </Root.Root>
    );
}
