// pages: what served documents load in the browser, bundled once while the image is built, in /opt/web/pages.
import fs from "node:fs";
import path from "node:path";
import { build } from "vite";

const TO = "/opt/web/pages", MODULES = "/opt/web/node_modules";
const common = { configFile: false, envDir: false, logLevel: "error", css: { postcss: { plugins: [] } } };

fs.mkdirSync(`${TO}/katex`, { recursive: true });
await build({
    ...common,
    root: "/opt/environment",
    base: "/-/",
    build: {
        outDir: TO,
        emptyOutDir: false,
        target: "es2022",
        modulePreload: false,
        reportCompressedSize: false,
        chunkSizeWarningLimit: 1e9,
        rolldownOptions: {
            input: { mermaid: `${MODULES}/mermaid/dist/mermaid.core.mjs` },
            preserveEntrySignatures: "strict",
            output: { entryFileNames: "[name].js", chunkFileNames: "chunks/[name]-[hash].js" },
        },
    },
});
fs.copyFileSync(`${MODULES}/katex/dist/katex.min.css`, `${TO}/katex/katex.css`);
fs.cpSync(`${MODULES}/katex/dist/fonts`, `${TO}/katex/fonts`, { recursive: true, filter: (file) => !/\.\w+$/.test(file) || path.extname(file) === ".woff2" });
fs.renameSync("/opt/environment/diagrams.js", `${TO}/diagrams.js`);
