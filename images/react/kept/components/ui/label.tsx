import * as Root from "@radix-ui/react-label";
import { styled } from "../../lib/styled";

export const Label = styled(Root.Root, "flex items-center gap-2 text-sm font-medium leading-none select-none");
