import { useEffect, useState } from "react";

export function useIsMobile(width = 768) {
    const [mobile, setMobile] = useState(innerWidth < width);
    useEffect(() => {
        const watch = () => setMobile(innerWidth < width);
        addEventListener("resize", watch);
        return () => removeEventListener("resize", watch);
    }, [width]);
    return mobile;
}
