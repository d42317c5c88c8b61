import * as Root from "@radix-ui/react-radio-group";
import { Circle } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export const RadioGroup = styled(Root.Root, "grid gap-3");

export function RadioGroupItem({ className, ...rest }: any) {
    return (
        <Root.Item className={cn("aspect-square size-4 rounded-full border border-primary text-primary focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50", className)} {...rest}>
            <Root.Indicator className="flex items-center justify-center"><Circle className="size-2 fill-primary" /></Root.Indicator>
        </Root.Item>
    );
}
