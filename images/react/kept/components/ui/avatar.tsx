import * as Root from "@radix-ui/react-avatar";
import { styled } from "../../lib/styled";

export const Avatar = styled(Root.Root, "relative flex size-8 shrink-0 overflow-hidden rounded-full");
export const AvatarImage = styled(Root.Image, "aspect-square size-full");
export const AvatarFallback = styled(Root.Fallback, "flex size-full items-center justify-center rounded-full bg-muted");
