import { cn } from "../../lib/utils";
import { styled } from "../../lib/styled";

export function Alert({ className, variant = "default", ...rest }: any) {
    const colour = variant === "destructive" ? "border-destructive/50 text-destructive" : "border-border text-card-foreground";
    return <div role="alert" className={cn("relative w-full rounded-lg border bg-card px-4 py-3 text-sm [&>svg]:absolute [&>svg]:left-4 [&>svg]:top-3.5 [&>svg]:size-4 [&>svg~*]:pl-7", colour, className)} {...rest} />;
}
export const AlertTitle = styled("h5", "mb-1 font-medium leading-none tracking-tight");
export const AlertDescription = styled("div", "text-sm text-muted-foreground");
