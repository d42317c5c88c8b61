import * as Root from "@radix-ui/react-tabs";
import { styled } from "../../lib/styled";

export const Tabs = styled(Root.Root, "flex flex-col gap-2");
export const TabsList = styled(Root.List, "inline-flex h-9 w-fit items-center justify-center rounded-lg bg-muted p-1 text-muted-foreground");
export const TabsTrigger = styled(Root.Trigger, "inline-flex flex-1 cursor-pointer items-center justify-center gap-1.5 rounded-md px-3 py-1 text-sm font-medium whitespace-nowrap transition-all focus-visible:ring-2 focus-visible:ring-ring disabled:opacity-50 data-[state=active]:bg-background data-[state=active]:text-foreground data-[state=active]:shadow-sm");
export const TabsContent = styled(Root.Content, "flex-1 outline-none");
