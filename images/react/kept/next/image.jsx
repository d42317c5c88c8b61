export default function Image({ src, alt = "", fill, priority, quality, placeholder, blurDataURL, loader, unoptimized, sizes, style, ...rest }) {
    const cover = fill ? { position: "absolute", inset: 0, width: "100%", height: "100%" } : {};
    return <img src={typeof src === "string" ? src : src?.src ?? src?.default} alt={alt} style={{ ...cover, ...style }} {...rest} />;
}
