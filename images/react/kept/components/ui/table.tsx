import { styled } from "../../lib/styled";
import { cn } from "../../lib/utils";

export function Table({ className, ...rest }: any) {
    return <div className="relative w-full overflow-x-auto"><table className={cn("w-full caption-bottom text-sm", className)} {...rest} /></div>;
}
export const TableHeader = styled("thead", "[&_tr]:border-b");
export const TableBody = styled("tbody", "[&_tr:last-child]:border-0");
export const TableFooter = styled("tfoot", "border-t border-border bg-muted/50 font-medium");
export const TableRow = styled("tr", "border-b border-border transition-colors hover:bg-muted/50 data-[state=selected]:bg-muted");
export const TableHead = styled("th", "h-10 px-2 text-left align-middle font-medium whitespace-nowrap");
export const TableCell = styled("td", "p-2 align-middle");
export const TableCaption = styled("caption", "mt-4 text-sm text-muted-foreground");
