// bundle: mermaid as one module that only parses, for Node, which has no document to purify.
import { rolldown } from "rolldown";

const bundle = await rolldown({
    input: "\0parser",
    platform: "browser",
    onLog() {},
    resolve: { alias: { dompurify: "/opt/made/no_purify.mjs" } },
    plugins: [{
        name: "parser",
        resolveId: (id) => (id === "\0parser" ? id : null),
        load: (id) => (id === "\0parser" ? 'export { default as mermaid } from "/opt/web/node_modules/mermaid/dist/mermaid.core.mjs";' : null),
    }],
});
await bundle.write({ file: "/opt/made/mermaid_parser.mjs", format: "esm", codeSplitting: false, minify: true });
await bundle.close();
