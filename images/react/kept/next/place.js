// where the application is, for all that ask
import { useSyncExternalStore } from "react";

const heard = new Set();
const tell = () => heard.forEach((one) => one());
addEventListener("popstate", tell);

export let params = {};

export function setParams(found) {
    params = found;
}

export function go(to, { replace = false } = {}) {
    const target = new URL(typeof to === "string" ? to : `${to.pathname ?? location.pathname}?${new URLSearchParams(to.query ?? {})}`, location.href);
    if (target.origin !== location.origin) return location.assign(target);
    history[replace ? "replaceState" : "pushState"](null, "", target);
    tell();
    if (!target.hash) scrollTo(0, 0);
}

export function useAddress() {
    return useSyncExternalStore((listener) => (heard.add(listener), () => heard.delete(listener)), () => location.href);
}
