// The answer's own modules as they come in: all ending in .js may hold JSX, those in .jsx types; what their framework takes
// for granted is imported, and the module that starts the application gets the sheets that nothing else imports.
import fs from "node:fs";
import path from "node:path";
import { transformWithOxc } from "vite";

export function ownSources(project, framework, { start, sheet }) {
    const first = start ? path.join(project.root, start) : "";
    const inside = (id) => id.startsWith(`${project.top}/`);
    return {
        name: "arena:own-sources",
        enforce: "pre",
        load: {
            filter: { id: /\.(?:[cm]?js|jsx)(?:$|\?)/ },
            async handler(id) {
                if (!inside(id) || id.includes("?") || !fs.existsSync(id)) return null;
                const { code } = await transformWithOxc(fs.readFileSync(id, "utf8"), id, { lang: "tsx", jsx: { runtime: "automatic" }, sourcemap: false });
                return { code, map: null, moduleType: "js" };
            },
        },
        transform: {
            filter: { id: /\.(?:[cm]?[jt]sx?|vue|svelte)$/ },
            handler(code, id) {
                if (!inside(id)) return null;
                const lead = id === first && sheet ? `import ${JSON.stringify(sheet)};\n` : "";
                const changed = framework.transform?.(code, path.relative(project.root, id), project) ?? code;
                if (!lead && changed === code) return null;
                return { code: withLead(changed, lead), map: null };
            },
        },
        transformIndexHtml: {
            order: "pre",
            // a page that starts itself, without a module of its own to put the sheet in
            handler: (html) => (sheet && !first
                ? [{ tag: "script", attrs: { type: "module" }, children: `import ${JSON.stringify(sheet)};`, injectTo: "head" }] : html),
        },
    };
}

// on the line that is there already, so that the lines of messages stay those of the answer
export function withLead(code, lead) {
    if (!lead) return code;
    const line = lead.trim().replace(/\n/g, " ");
    const directive = /^\s*(["'])use [a-z]+\1;?/.exec(code);
    return directive ? code.slice(0, directive[0].length) + (directive[0].endsWith(";") ? "" : ";") + line + code.slice(directive[0].length) : line + code;
}
