// Resolves what an answer imports and did not bring: files that the framework's starter has, components of the usual kind;
// what is nowhere ends the build with its name, its place and what there is.
import fs from "node:fs";
import path from "node:path";
import { placeOf } from "./problem.mjs";

const PACKAGES = JSON.parse(fs.readFileSync("/opt/web/package.json", "utf8")).dependencies;
const ENDINGS = ["", ".tsx", ".ts", ".jsx", ".js", ".mjs", ".vue", ".svelte", ".css", "/index.tsx", "/index.ts", "/index.jsx", "/index.js", "/index.vue"];
const NODE_MODULES = "/node_modules/";

export function fileAt(place) {
    return ENDINGS.map((ending) => place + ending).find((file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile());
}

export function gaps(project, framework) {
    const { root, top } = project;
    const folders = [...new Set([path.join(root, project.sourceFolder), root])];
    const starter = framework.starter ?? [];

    function own(id) {
        if (/^\.{1,2}(?:\/|$)/.test(id)) return undefined;
        if (/^[@~]\//.test(id)) return find(id.slice(2));
        return id.startsWith("$lib") ? fileAt(path.join(root, "src/lib", id.slice(4))) : find(id) ?? find(id.replace(/^[@~#]/, ""));
    }

    function find(name) {
        return folders.map((folder) => fileAt(path.join(folder, name))).find(Boolean);
    }

    function kept(id) {
        const name = id.replace(/^(?:@|~)\//, "").replace(/^(?:\.{1,2}\/)+/, "").replace(/\.[jt]sx?$/, "");
        const wanted = name.match(/(?:^|\/)((?:components\/ui|hooks|lib)\/[\w-]+)$/)?.[1];
        return wanted && framework.kept ? fileAt(path.join(framework.kept, wanted)) : undefined;
    }

    function stands(id) {
        return starter.some((name) => id === name || id.endsWith(`/${name}`));
    }

    function fail(context, id, importer) {
        const file = (importer ?? "").replace(/\?.*$/, "");
        const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
        const quoted = [`"${id}"`, `'${id}'`, `\`${id}\``].find((word) => text.includes(word)) ?? id;
        const { line, column, frame } = placeOf(text, quoted);
        context.error({ message: explain(id, file), id: file, loc: { file, line, column }, frame });
    }

    function explain(id, file) {
        if (/^[./]/.test(id) || /^(?:@|~|\$lib)\//.test(id)) {
            const near = id.match(/components\/ui\//) && framework.kept
                ? ` Components that are there without being brought: ${names(path.join(framework.kept, "components/ui"))}.` : "";
            return `the file "${id}" is not there, and the answer does not bring it.${near}`;
        }
        const name = id.split("/").slice(0, id.startsWith("@") ? 2 : 1).join("/");
        if (name in PACKAGES) return `the package "${name}" is there, but it has no "${id}"`;
        return `the package "${name}" is not there. There are: ${there(framework).join(", ")}`;
    }

    return {
        name: "arena:gaps",
        enforce: "post",
        resolveId: {
            // last of all: what reaches this nobody else has found
            order: "post",
            handler(id, importer) {
                if (!importer || id.startsWith("\0") || /^(?:virtual:|data:|https?:|\/\/)/.test(id)) return null;
                const clean = id.replace(/\?.*$/, "");
                const found = framework.resolve?.(clean, project) ?? own(clean) ?? kept(clean);
                if (found) return found + id.slice(clean.length);
                if (stands(clean)) return `\0arena:empty:${clean}`;
                // optional parts of packages are their own business
                if (importer.includes(NODE_MODULES) || !importer.startsWith(top)) return null;
                return fail(this, id, importer);
            },
        },
        load: {
            filter: { id: /^\0arena:empty:/ },
            handler: (id) => (/\.css$/.test(id) ? { code: "", moduleType: "js" } : { code: "export default '';", moduleType: "js" }),
        },
    };
}

function names(folder) {
    return fs.readdirSync(folder).map((name) => name.replace(/\.\w+$/, "")).join(", ");
}

// many of one scope are told by it
function there({ foreign }) {
    const all = Object.keys(PACKAGES).filter((name) => !foreign.test(name));
    const scope = (name) => (name.startsWith("@") ? name.split("/")[0] : ""), size = (name) => all.filter((one) => scope(one) === scope(name)).length;
    return [...new Set(all.map((name) => (scope(name) && size(name) > 3 ? `${scope(name)}/*` : name)))];
}
