// What an answer's own vite.config says of the application: aliases, constants, plugins. How it is built here is not its business,
// so what the image brings itself is left out, as is any plugin that is not there.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const OURS = /^(?:@vitejs\/|@tailwindcss\/|@sveltejs\/|tailwindcss$|autoprefixer$)/;
const require = createRequire("/opt/web/package.json");
const STUB = `const stub = new Proxy(function () { return { name: "arena:left-out" }; }, { get: (target, name) => (name === "__esModule" ? false : name === "name" ? "arena:left-out" : typeof name === "symbol" ? undefined : name === "then" ? undefined : stub) });
module.exports = stub;`;

export async function configured(project) {
    if (!project.config) return {};
    const file = path.join(project.root, project.config), made = path.join(project.top, ".cache/vite.config.mjs");
    try {
        await bundle(file, made);
        return await read(made);
    } catch (error) {
        throw Object.assign(error instanceof Error ? error : new Error(String(error)), { id: error?.id ?? file });
    }
}

async function read(made) {
    const exported = (await import(pathToFileURL(made).href)).default;
    const config = await (typeof exported === "function" ? exported({ command: "build", mode: "production" }) : exported);
    const { resolve = {}, define = {}, css = {}, plugins = [] } = config ?? {};
    const flat = (await Promise.all([plugins].flat(Infinity))).flat(Infinity);
    return {
        alias: resolve.alias,
        define,
        css: { ...(css.preprocessorOptions && { preprocessorOptions: css.preprocessorOptions }), ...(css.modules && { modules: css.modules }) },
        plugins: flat.filter((plugin) => plugin && typeof plugin.name === "string" && plugin.name !== "arena:left-out"),
    };
}

async function bundle(file, made) {
    const names = { __dirname: path.dirname(file), __filename: file, "import.meta.dirname": path.dirname(file), "import.meta.filename": file, "import.meta.url": pathToFileURL(file).href };
    const config = await rolldown({
        input: file,
        platform: "node",
        onLog() {},
        transform: { define: Object.fromEntries(Object.entries(names).map(([name, value]) => [name, JSON.stringify(value)])) },
        plugins: [{
            name: "arena:configuration",
            resolveId(id, importer) {
                if (!importer || /^[./]/.test(id)) return null;
                if (id.startsWith("node:") || (!OURS.test(id) && present(id))) return { id, external: true };
                return `\0left-out:${id}`;
            },
            load: (id) => (id.startsWith("\0left-out:") ? { code: STUB, moduleType: "js" } : null),
        }],
    });
    await config.write({ file: made, format: "esm", codeSplitting: false });
    await config.close();
}

function present(id) {
    try {
        return Boolean(require.resolve(id));
    } catch {
        const name = id.split("/").slice(0, id.startsWith("@") ? 2 : 1).join("/");
        return fs.existsSync(`/opt/web/node_modules/${name}/package.json`);
    }
}
