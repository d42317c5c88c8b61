import * as Root from "@radix-ui/react-accordion";
import { ChevronDown } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export const Accordion = Root.Root;
export const AccordionItem = styled(Root.Item, "border-b border-border last:border-b-0");

export function AccordionTrigger({ className, children, ...rest }: any) {
    return (
        <Root.Header className="flex">
            <Root.Trigger className={cn("flex flex-1 cursor-pointer items-start justify-between gap-4 py-4 text-left text-sm font-medium hover:underline [&[data-state=open]>svg]:rotate-180", className)} {...rest}>
                {children}<ChevronDown className="size-4 shrink-0 text-muted-foreground transition-transform" />
            </Root.Trigger>
        </Root.Header>
    );
}

export function AccordionContent({ className, children, ...rest }: any) {
    return <Root.Content className="overflow-hidden text-sm" {...rest}><div className={cn("pb-4", className)}>{children}</div></Root.Content>;
}
