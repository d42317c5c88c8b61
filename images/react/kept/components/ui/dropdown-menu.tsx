import * as Root from "@radix-ui/react-dropdown-menu";
import { Check, ChevronRight } from "lucide-react";
import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

const PANEL = "z-50 min-w-32 overflow-hidden rounded-md border border-border bg-popover p-1 text-popover-foreground shadow-md";
const ITEM = "relative flex cursor-default items-center gap-2 rounded-sm px-2 py-1.5 text-sm outline-none select-none focus:bg-accent focus:text-accent-foreground data-[disabled]:pointer-events-none data-[disabled]:opacity-50 [&_svg]:size-4";

export const DropdownMenu = Root.Root;
export const DropdownMenuTrigger = Root.Trigger;
export const DropdownMenuGroup = Root.Group;
export const DropdownMenuPortal = Root.Portal;
export const DropdownMenuSub = Root.Sub;
export const DropdownMenuRadioGroup = Root.RadioGroup;

export function DropdownMenuContent({ className, sideOffset = 4, ...rest }: any) {
    return <Root.Portal><Root.Content sideOffset={sideOffset} className={cn(PANEL, className)} {...rest} /></Root.Portal>;
}
export const DropdownMenuItem = styled(Root.Item, ITEM);

export function DropdownMenuCheckboxItem({ className, children, ...rest }: any) {
    return <Root.CheckboxItem className={cn(ITEM, "pl-8", className)} {...rest}><Root.ItemIndicator className="absolute left-2"><Check /></Root.ItemIndicator>{children}</Root.CheckboxItem>;
}

export function DropdownMenuRadioItem({ className, children, ...rest }: any) {
    return <Root.RadioItem className={cn(ITEM, "pl-8", className)} {...rest}><Root.ItemIndicator className="absolute left-2"><Check /></Root.ItemIndicator>{children}</Root.RadioItem>;
}

export function DropdownMenuSubTrigger({ className, children, ...rest }: any) {
    return <Root.SubTrigger className={cn(ITEM, className)} {...rest}>{children}<ChevronRight className="ml-auto" /></Root.SubTrigger>;
}
export const DropdownMenuSubContent = styled(Root.SubContent, PANEL);
export const DropdownMenuLabel = styled(Root.Label, "px-2 py-1.5 text-sm font-medium");
export const DropdownMenuSeparator = styled(Root.Separator, "-mx-1 my-1 h-px bg-border");
export const DropdownMenuShortcut = styled("span", "ml-auto text-xs tracking-widest text-muted-foreground");
