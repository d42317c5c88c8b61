import { useEffect } from "react";

export default function Script({ src, children, onLoad, id }) {
    useEffect(() => {
        const script = document.createElement("script");
        Object.assign(script, src ? { src, onload: onLoad } : { textContent: children }, id ? { id } : {});
        document.head.append(script);
    }, [src]);
    return null;
}
