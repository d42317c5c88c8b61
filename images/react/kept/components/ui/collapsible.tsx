import * as Root from "@radix-ui/react-collapsible";

export const Collapsible = Root.Root;
export const CollapsibleTrigger = Root.CollapsibleTrigger;
export const CollapsibleContent = Root.CollapsibleContent;
