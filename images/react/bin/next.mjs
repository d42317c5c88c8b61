// Next's applications as far as a browser alone can show them: pages and layouts by their files, links, images, fonts.
import path from "node:path";

export const PAGES = Symbol("pages");
const KEPT = "/opt/environment/kept/next";
const PAGE = /^(?:src\/)?(?:app\/(?:.+\/)?page|pages\/(?!_|api\/).+)\.[jt]sx?$/;
const LAYOUT = /^(?:src\/)?app\/(?:.+\/)?layout\.[jt]sx?$/;
const FONTS = /\bimport\s*\{([^}]*)\}\s*from\s*["']next\/font\/(?:google|local)["']\s*;?/g;
const NAMES = ["link", "image", "navigation", "router", "head", "script", "dynamic"];

export const aliases = [
    ...NAMES.map((name) => ({ find: new RegExp(`^next/${name}(?:\\.js)?$`), replacement: `${KEPT}/${name}.jsx` })),
    { find: /^next\/font\/local$/, replacement: `${KEPT}/font.js` },
    { find: /^next$/, replacement: `${KEPT}/empty.js` },
];

export function is(project) {
    return project.sources.some((file) => PAGE.test(file) && file.startsWith(folderOf(project)))
        && (/page\.[jt]sx?$/.test(project.entry) || /(?:^|\/)(?:index|_app)\.[jt]sx?$/.test(project.entry) || "next" in (project.manifest.dependencies ?? {})
            || project.mentions(/from\s*["']next(?:\/|["'])/) || !project.find(/(?:^|\/)App\.[jt]sx?$/));
}

function folderOf(project) {
    return ["app/", "src/app/", "pages/", "src/pages/"].find((folder) =>
        project.sources.some((file) => file.startsWith(folder) && PAGE.test(file))) ?? "none/";
}

export function resolve(id, project) {
    return /^(?:next\/)/.test(id) && !project.has(id) ? `${KEPT}/empty.js` : undefined;
}

// in a page that is there already there is no second document: its outermost elements become plain ones
export function transform(code, file) {
    let text = code.replace(FONTS, (_, names) => `import { font as __font } from "next/font/local"; const ${names.split(",").map((name) => name.trim().split(/\s+as\s+/))
        .filter(([name]) => name).map(([name, as]) => `${as ?? name} = __font(${JSON.stringify(name)})`).join(", ")};`);
    if (LAYOUT.test(file)) text = text.replace(/<(\/?)(?:html|body)\b/g, "<$1div").replace(/<(\/?)head\b/g, "<$1template");
    return text;
}

export function main(project, { from, id }) {
    const folder = folderOf(project), app = /app\/$/.test(folder);
    const mine = project.sources.filter((file) => file.startsWith(folder));
    const imported = (files, prefix) => files.map((file, index) => `import * as ${prefix}${index} from ${from(file)};\n`).join("");
    const pages = mine.filter((file) => PAGE.test(file)), layouts = mine.filter((file) => LAYOUT.test(file));
    const whole = mine.find((file) => /\/_app\.[jt]sx?$/.test(`/${file}`));
    return `${imported(pages, "page")}${imported(layouts, "layout")}${whole ? `import Whole from ${from(whole)};\n` : "const Whole = null;\n"}import { mount } from "${KEPT}/mount.jsx";
mount({
  id: ${JSON.stringify(id)}, Whole,
  pages: [${pages.map((file, index) => `{ route: ${JSON.stringify(routeOf(file, folder, app))}, Page: page${index}.default }`).join(", ")}],
  layouts: [${layouts.map((file, index) => `{ route: ${JSON.stringify(routeOf(file, folder, true))}, Layout: layout${index}.default }`).join(", ")}],
});
`;
}

// groups like (shop) are no part of an address
function routeOf(file, folder, app) {
    const plain = file.slice(folder.length).replace(/\.[jt]sx?$/, "");
    const parts = (app ? path.posix.dirname(plain) : plain.replace(/(?:^|\/)index$/, "")).split("/");
    return `/${parts.filter((part) => part && part !== "." && !/^\(.*\)$/.test(part)).join("/")}`;
}
