// bundle: the renderer's parts as one module for Node.
import { rolldown } from "rolldown";

const bundle = await rolldown({ input: "/opt/made/parts.mjs", platform: "node", onLog() {}, resolve: { conditionNames: ["import", "module", "default"], mainFields: ["module", "main"] } });
await bundle.write({ file: "/opt/made/markdown_parts.mjs", format: "esm", codeSplitting: false, minify: true });
await bundle.close();
