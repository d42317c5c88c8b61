import { Slot } from "@radix-ui/react-slot";
import { ChevronRight } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export const Breadcrumb = styled("nav", "", { "aria-label": "breadcrumb" });
export const BreadcrumbList = styled("ol", "flex flex-wrap items-center gap-1.5 text-sm text-muted-foreground");
export const BreadcrumbItem = styled("li", "inline-flex items-center gap-1.5");
export const BreadcrumbPage = styled("span", "text-foreground", { "aria-current": "page" });

export function BreadcrumbLink({ asChild, className, ...rest }: any) {
    const Tag = asChild ? Slot : "a";
    return <Tag className={cn("hover:text-foreground", className)} {...rest} />;
}

export function BreadcrumbSeparator({ children, ...rest }: any) {
    return <li role="presentation" aria-hidden {...rest}>{children ?? <ChevronRight className="size-3.5" />}</li>;
}
