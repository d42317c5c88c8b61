import { useMemo } from "react";
import { go, params, useAddress } from "./place.js";

const router = {
    push: (to) => go(to),
    replace: (to) => go(to, { replace: true }),
    back: () => history.back(),
    forward: () => history.forward(),
    refresh() {},
    prefetch() {},
};
export const useRouter = () => router;
export const usePathname = () => new URL(useAddress()).pathname;
export function useSearchParams() {
    const { search } = new URL(useAddress());
    return useMemo(() => new URLSearchParams(search), [search]);
}
export function useParams() {
    useAddress();
    return params;
}
export const useSelectedLayoutSegment = () => usePathname().split("/").filter(Boolean).at(-1) ?? null;
export function redirect(to) {
    throw Object.assign(new Error(`redirected to ${to}`), { arena: "redirect", to });
}
export const permanentRedirect = redirect;
export function notFound() {
    throw Object.assign(new Error("not found"), { arena: "missing" });
}
