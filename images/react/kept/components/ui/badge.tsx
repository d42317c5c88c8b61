import { cva } from "class-variance-authority";
import { cn } from "../../lib/utils";

export const badgeVariants = cva("inline-flex w-fit items-center gap-1 rounded-md border px-2 py-0.5 text-xs font-medium", {
    variants: {
        variant: {
            default: "border-transparent bg-primary text-primary-foreground",
            secondary: "border-transparent bg-secondary text-secondary-foreground",
            destructive: "border-transparent bg-destructive text-white",
            outline: "border-border text-foreground",
        },
    },
    defaultVariants: { variant: "default" },
});

export function Badge({ className, variant, ...rest }: any) {
    return <span className={cn(badgeVariants({ variant }), className)} {...rest} />;
}
