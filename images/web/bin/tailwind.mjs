// Tailwind 4 over the answer's own files, with what code written for Tailwind 3 expects.
import fs from "node:fs";
import path from "node:path";
import { compile } from "@tailwindcss/node";
import { Scanner } from "@tailwindcss/oxide";

export const SHEET = "virtual:tailwind.css";
const TOKENS = fs.readFileSync(new URL("./tokens.css", import.meta.url), "utf8");
const COLOURS = fs.readFileSync(new URL("./colours.css", import.meta.url), "utf8");
const WHOLE = /@tailwind\s+\w+|@import\s+(?:url\(\s*)?["']tailwindcss(?:\/[^"']*)?["']/;
const DIRECTIVE = /@(?:tailwind|apply|theme|utility|variant|custom-variant|plugin|config|screen|layer\s+(?:base|components|utilities)\s*\{)|\btheme\(|@import\s+(?:url\(\s*)?["']tailwindcss/;
const OLD = /@tailwind\s+(?:base|components|utilities|screens|variants)\s*;?|@import\s+["']tailwindcss\/(?:base|components|utilities|screens)(?:\.css)?["']\s*;?/g;
const SCANNED = "**/*.{html,js,jsx,mjs,cjs,ts,tsx,mts,vue,svelte,md,mdx}";
const CLASSES = /\b(?:class(?:Name)?|cn|clsx|cva|twMerge)\b\s*[=(:]\s*\{?\s*\(?["'`]([^"'`]+)/g;
const TYPICAL = /^(?:[a-z-]+:)*-?(?:flex(?:-(?:col|row|wrap|1))?|grid(?:-cols-\d+)?|hidden|(?:min-|max-)?[wh]-(?:full|screen|\d+)|[pm][xytblr]?-(?:\d+|auto)|gap-\d+|space-[xy]-\d+|text-(?:xs|sm|base|lg|xl|\dxl|center|white|[a-z]+-\d{2,3})|bg-(?:white|black|[a-z]+-\d{2,3}|gradient-to-\w+)|font-(?:medium|semibold|bold)|rounded(?:-(?:md|lg|xl|2xl|full))?|shadow(?:-\w+)?|items-center|justify-(?:between|center))$/;
const OPACITY = ["bg", "text", "border", "ring", "divide", "placeholder"];
const FADED = new RegExp(`\\b(?:${OPACITY.join("|")})-opacity-`);
// a page that switches by itself does so by a class
const DARK = "@custom-variant dark (&:is(.dark *, .dark));\n";
// what the third version painted and the fourth does not
const AS_BEFORE = `
@layer base {
  *, ::after, ::before, ::backdrop, ::file-selector-button { border-color: var(--color-gray-200, currentcolor); }
  button:not(:disabled), [role="button"]:not(:disabled) { cursor: pointer; }
}
@theme { --default-ring-width: 3px; --default-ring-color: rgb(59 130 246 / 0.5); }
`;

export class Tailwind {
    constructor(project, kept) {
        this.project = project;
        this.kept = kept;
        this.config = project.find(/^(?:src\/)?tailwind\.config\.[cm]?[jt]s$/);
        this.faded = project.mentions(FADED);
        const sheets = project.files.filter((file) => /\.(?:css|pcss|postcss|scss)$/.test(file));
        this.hasSheet = [...sheets, ...project.sources].some((file) => WHOLE.test(project.text(file)));
    }

    // whether a sheet must be added for classes that the answer writes and no sheet of its own explains
    get isMissing() {
        return !this.hasSheet && (Boolean(this.config) || "tailwindcss" in this.dependencies || this.isWritten());
    }

    get dependencies() {
        return { ...this.project.manifest.dependencies, ...this.project.manifest.devDependencies };
    }

    isWritten() {
        const { project } = this;
        // a page that brings Tailwind itself, as a script, needs no other
        if (project.mentions(/cdn\.tailwindcss\.com|@tailwindcss\/browser/)) return false;
        const seen = new Set();
        for (const file of project.sources) {
            for (const [, words] of project.text(file).matchAll(CLASSES)) {
                for (const word of words.split(/\s+/)) if (TYPICAL.test(word)) seen.add(word);
            }
        }
        return seen.size >= 4 || project.mentions(/["'](?:@|~)\/components\/ui\//);
    }

    async sheet(text, folder) {
        const whole = WHOLE.test(text), old = OLD.test(text) || !whole;
        OLD.lastIndex = 0;
        const body = text.replace(OLD, "").replace(/@screen\s+([\w-]+)/g, "@variant $1");
        const config = this.config && !/@config\b/.test(body) ? `@config ${JSON.stringify(path.join(this.project.root, this.config))};\n` : "";
        if (!whole) return this.build(`@reference "tailwindcss";\n${config}${TOKENS.replace("{", "reference {")}${body}`, folder, whole);
        const head = old ? `@import "tailwindcss";\n${config}${AS_BEFORE}` : config;
        const dark = /@custom-variant\s+dark/.test(body) || !this.project.mentions(/["'`]dark["'`]/) ? "" : DARK;
        const { imports, rest } = apart(`${head}${dark}${TOKENS}${COLOURS}${body}${this.faded ? opacities() : ""}`);
        return this.build(imports + rest, folder, whole);
    }

    async build(css, folder, whole) {
        const compiler = await compile(css, { base: folder, onDependency() {}, shouldRewriteUrls: true });
        if (!whole) return compiler.build([]);
        const sources = [{ base: this.project.root, pattern: SCANNED, negated: false }, ...compiler.sources];
        if (this.kept && this.project.mentions(/components\/ui\//)) sources.push({ base: this.kept, pattern: SCANNED, negated: false });
        const made = compiler.build(new Scanner({ sources }).scan());
        return this.faded ? fade(made) : made;
    }

    plugin() {
        return {
            name: "arena:tailwind",
            enforce: "pre",
            resolveId: { filter: { id: /^virtual:tailwind\.css$/ }, handler: () => `${this.project.root}/.${SHEET.slice(8)}` },
            load: { filter: { id: /\/\.tailwind\.css$/ }, handler: () => "@tailwind base; @tailwind components; @tailwind utilities;" },
            transform: {
                filter: { id: /\.(?:css|pcss|postcss)(?:$|\?)|\?.*lang\.(?:css|postcss)/, code: DIRECTIVE },
                handler: async (code, id) => ({ code: await this.sheet(code, path.dirname(id.replace(/\?.*$/, ""))), map: null }),
            },
        };
    }
}

// imports stand first in a sheet, addresses of elsewhere before all
function apart(css) {
    const imports = [];
    const rest = css.replace(/@(?:import|charset)\s+(?:url\([^)]*\)|"[^"]*"|'[^']*')[^;]*;/g, (line) => {
        imports.push(line);
        return "";
    });
    imports.sort((a, b) => Number(/https?:/.test(b)) - Number(/https?:/.test(a)));
    return { imports: imports.map((line) => `${line}\n`).join(""), rest };
}

function opacities() {
    return OPACITY.map((name) => `
@property --faded-${name} { syntax: "<percentage>"; inherits: false; initial-value: 100%; }
@utility ${name}-opacity-* { --faded-${name}: calc(--value(integer, [integer]) * 1%); }`).join("");
}

// `bg-black bg-opacity-50`: the colour takes its opacity from the other class
function fade(css) {
    const colour = "(var\\(--color-[\\w-]+\\)|#[0-9a-f]{3,8}|(?:rgb|hsl|oklch)\\([^;]*\\))";
    const names = { "background-color": "bg", color: "text", "border-color": "border", "--tw-ring-color": "ring" };
    return css.replace(new RegExp(`^(\\s+)(background-color|color|border-color|--tw-ring-color): ${colour};`, "gm"),
        (_, space, name, value) => `${space}${name}: color-mix(in srgb, ${value} var(--faded-${names[name]}), transparent);`);
}
