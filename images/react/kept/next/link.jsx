import { forwardRef } from "react";
import { go } from "./place.js";

const Link = forwardRef(function Link({ href, replace, onClick, prefetch, scroll, shallow, passHref, legacyBehavior, children, ...rest }, ref) {
    const address = typeof href === "string" ? href : `${href?.pathname ?? ""}${href?.query ? `?${new URLSearchParams(href.query)}` : ""}`;
    function follow(event) {
        onClick?.(event);
        if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || rest.target || /^(?:\w+:|#)/.test(address)) return;
        event.preventDefault();
        go(address, { replace });
    }
    return <a ref={ref} href={address} onClick={follow} {...rest}>{children}</a>;
});
export default Link;
