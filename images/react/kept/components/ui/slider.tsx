import * as Root from "@radix-ui/react-slider";
import { cn } from "../../lib/utils";

export function Slider({ className, value, defaultValue, ...rest }: any) {
    const count = (value ?? defaultValue ?? [0]).length;
    return (
        <Root.Root value={value} defaultValue={defaultValue} className={cn("relative flex w-full touch-none items-center select-none data-[disabled]:opacity-50", className)} {...rest}>
            <Root.Track className="relative h-1.5 w-full grow overflow-hidden rounded-full bg-muted"><Root.Range className="absolute h-full bg-primary" /></Root.Track>
            {Array.from({ length: count }, (_, index) => (
                <Root.Thumb key={index} className="block size-4 rounded-full border border-primary bg-background shadow-sm focus-visible:ring-4 focus-visible:ring-ring/50" />
            ))}
        </Root.Root>
    );
}
