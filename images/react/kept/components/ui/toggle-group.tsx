import * as Root from "@radix-ui/react-toggle-group";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";
import { toggleVariants } from "./toggle";

export const ToggleGroup = styled(Root.Root, "flex w-fit items-center gap-1 rounded-md");

export function ToggleGroupItem({ className, variant, size, ...rest }: any) {
    return <Root.Item className={cn(toggleVariants({ variant, size }), className)} {...rest} />;
}
