// The page and the module that an application begins with: the answer's own where it has them, else the usual ones.
import path from "node:path";

const MODULE = /<script\b[^>]*\bsrc\s*=\s*["']([^"']+\.(?:[cm]?[jt]sx?))["'][^>]*>/gi;
const HERE = /^(?!https?:|\/\/)/;

// makes index.html complete; returns the module that starts the application, relative to the root
export function page(project, framework) {
    const mounts = (file) => framework.mounts.test(project.text(file));
    const given = project.has("index.html") ? project.text("index.html") : "";
    const named = [...given.matchAll(MODULE)].map((found) => found[1]).filter((src) => HERE.test(src));
    const present = named.map(clean).find((file) => project.has(file));
    if (given && (present || hasInlineModule(given))) return present ?? "";
    const start = starter(project, framework, mounts, named.map(clean)[0]);
    const tag = `<script type="module" src="/${start}"></script>`;
    if (!given) {
        project.add("index.html", blank(project, tag));
    } else if (!named.map(clean).includes(start)) {
        const without = given.replace(/<script\b[^>]*\bsrc\s*=\s*["'](?!https?:|\/\/)[^"']*["'][^>]*>\s*<\/script>/gi, (whole, ...rest) =>
            named.some((src) => whole.includes(src)) ? "" : whole);
        project.add("index.html", without.includes("</body>") ? without.replace("</body>", `${tag}</body>`) : without + tag);
    }
    return start;
}

function clean(src) {
    return path.posix.normalize(src.replace(/^\//, "").replace(/\?.*$/, "")).replace(/^\.\//, "");
}

function hasInlineModule(html) {
    return /<script\b[^>]*type\s*=\s*["']module["'][^>]*>\s*(?:import|\/\/|const|\/\*)/i.test(html);
}

function starter(project, framework, mounts, wanted) {
    const { entry } = project;
    if (entry && project.has(entry) && mounts(entry)) return entry;
    const own = project.find(/^(?:src\/)?(?:main|index|app|bootstrap)\.[cm]?[jt]sx?$/i, mounts) ?? project.sources.find(mounts);
    if (own) return own;
    const name = wanted && /^[\w./-]+$/.test(wanted) ? wanted : path.posix.join(project.sourceFolder, `arena-main.${framework.ending}`);
    const component = framework.component(project);
    if (!component) throw new Error(`there is nothing to show: ${framework.wanted}`);
    const from = (file) => {
        const way = path.posix.relative(path.posix.dirname(name), file);
        return JSON.stringify(way.startsWith(".") ? way : `./${way}`);
    };
    const sheets = orphans(project).map((file) => `import ${from(file)};\n`).join("");
    project.add(name, sheets + framework.main(project, component, { from, id: mountPoint(project) }));
    return name;
}

// sheets that nothing names: an answer that brings one means it to be seen
function orphans(project) {
    const readers = [...project.texts.keys()].filter((file) => !file.endsWith(".json"));
    return project.files.filter((file) => /(?<!\.module)\.(?:css|scss)$/.test(file)
        && !readers.some((other) => other !== file && project.text(other).includes(path.posix.basename(file).replace(/\.\w+$/, ""))));
}

function mountPoint(project) {
    const pattern = /(?:getElementById\(\s*["'`]|querySelector\(\s*["'`]#|mount\(\s*["'`]#)([\w-]+)/;
    for (const file of ["index.html", ...project.sources]) {
        const found = pattern.exec(project.text(file));
        if (found && /^(?:root|app|__next|main|container|react-root)$/i.test(found[1])) return found[1];
    }
    const element = /<(?:div|main|body|section)\b[^>]*\bid\s*=\s*["'](root|app|__next|main|container)["']/i.exec(project.text("index.html"));
    return element?.[1] ?? "root";
}

function blank(project, tag) {
    const title = typeof project.manifest.name === "string" ? project.manifest.name.replace(/[<>&"]/g, "") : "App";
    return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head>
<body><div id="${mountPoint(project)}"></div>${tag}</body>
</html>
`;
}
