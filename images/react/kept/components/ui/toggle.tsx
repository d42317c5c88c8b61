import * as Root from "@radix-ui/react-toggle";
import { cva } from "class-variance-authority";
import { cn } from "../../lib/utils";

export const toggleVariants = cva("inline-flex cursor-pointer items-center justify-center gap-2 rounded-md text-sm font-medium hover:bg-muted disabled:opacity-50 data-[state=on]:bg-accent data-[state=on]:text-accent-foreground [&_svg]:size-4", {
    variants: { variant: { default: "bg-transparent", outline: "border border-input bg-transparent" }, size: { default: "h-9 min-w-9 px-2", sm: "h-8 min-w-8 px-1.5", lg: "h-10 min-w-10 px-2.5" } },
    defaultVariants: { variant: "default", size: "default" },
});

export function Toggle({ className, variant, size, ...rest }: any) {
    return <Root.Root className={cn(toggleVariants({ variant, size }), className)} {...rest} />;
}
