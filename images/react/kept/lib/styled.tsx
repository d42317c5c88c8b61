import type { ComponentType } from "react";
import { cn } from "./utils";

// the element or component with classes of its own, to which the caller's are added
export function styled(Tag: string | ComponentType<any>, classes: string, fixed: Record<string, unknown> = {}) {
    return function Styled({ className, ...rest }: any) {
        return <Tag {...fixed} className={cn(classes, className)} {...rest} />;
    };
}
