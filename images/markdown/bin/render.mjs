#!/usr/local/bin/node
// render ENTRY FILE...: every Markdown file becomes a page in .build/, the entry index.html; what pages may show lies beside.
import fs from "node:fs";
import path from "node:path";
import { dollars, footnotes, hljs, katex, MarkdownIt, tasks } from "./markdown_parts.mjs";

const MARKDOWN = /\.(?:md|markdown)$/i, FRONT_MATTER = /^---\n([\s\S]*?)\n---\n/;
const MOST_BYTES = 8 * 1024 * 1024, MOST_FILES = 150;
const template = fs.readFileSync(new URL("./page.html", import.meta.url), "utf8");

const engine = new MarkdownIt({ html: true, linkify: true, highlight: coloured }).use(footnotes).use(tasks).use(dollars.default ?? dollars, { throwOnError: false }).use(backslashes);
const { fence, link_open: link, heading_open: heading } = engine.renderer.rules;

engine.renderer.rules.fence = (tokens, index, ...rest) => {
    const language = tokens[index].info.trim().split(/\s+/)[0].toLowerCase();
    if (language === "mermaid" || language === "mmd") return `<figure><pre class="diagram">${engine.utils.escapeHtml(tokens[index].content)}</pre></figure>\n`;
    return language === "math" ? formula(tokens[index].content, true) : fence(tokens, index, ...rest);
};

engine.renderer.rules.link_open = (tokens, index, options, env, self) => {
    const address = tokens[index].attrGet("href") ?? "";
    if (!/^(?:[a-z][\w+.-]*:|\/\/|#)/i.test(address)) tokens[index].attrSet("href", address.replace(/\.(?:md|markdown)(?=$|[?#])/i, ".html"));
    return link ? link(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

// a heading is found by its words, as where such texts are usually read
engine.renderer.rules.heading_open = (tokens, index, options, env, self) => {
    const words = tokens[index + 1].content.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
    const count = (env.seen[words] = (env.seen[words] ?? -1) + 1);
    tokens[index].attrSet("id", count ? `${words}-${count}` : words);
    if (!env.title) env.title = tokens[index + 1].content;
    return heading ? heading(tokens, index, options, env, self) : self.renderToken(tokens, index, options);
};

function coloured(text, language) {
    const known = language && hljs.getLanguage(language);
    return known ? hljs.highlight(text, { language, ignoreIllegals: true }).value : "";
}

function formula(text, displayMode) {
    return katex.renderToString(text, { displayMode, throwOnError: false });
}

// formulas between \( \) and \[ \]
function backslashes(markdown) {
    markdown.inline.ruler.before("escape", "backslash_math", (state, silent) => {
        const open = state.src.slice(state.pos, state.pos + 2);
        if (open !== "\\(" && open !== "\\[") return false;
        const end = state.src.indexOf(open === "\\(" ? "\\)" : "\\]", state.pos + 2);
        if (end < 0 || end >= state.posMax) return false;
        if (!silent) Object.assign(state.push("backslash_math", "math", 0), { content: state.src.slice(state.pos + 2, end), block: open === "\\[" });
        state.pos = end + 2;
        return true;
    });
    markdown.renderer.rules.backslash_math = (tokens, index) => formula(tokens[index].content, tokens[index].block);
}

function render(file) {
    const text = fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
    const env = { seen: {}, title: /^title:\s*["']?(.+?)["']?\s*$/m.exec(FRONT_MATTER.exec(text)?.[1] ?? "")?.[1] ?? "" };
    const body = engine.render(text.replace(FRONT_MATTER, ""), env);
    const parts = {
        title: engine.utils.escapeHtml((env.title || path.basename(file)).replace(/[`*_]/g, "")),
        katex: body.includes('class="katex') ? '<link rel="stylesheet" href="/-/katex/katex.css">' : "",
        diagrams: body.includes('class="diagram"') ? '<script type="module" src="/-/diagrams.js"></script>' : "",
        body,
    };
    return template.replace(/<!-- (\w+) -->/g, (whole, name) => parts[name] ?? whole);
}

function* beside(folder = "") {
    for (const entry of fs.readdirSync(folder || ".", { withFileTypes: true })) {
        if (entry.name.startsWith(".")) continue;
        const name = folder + entry.name;
        if (entry.isDirectory()) yield* beside(`${name}/`);
        else if (entry.isFile() && !MARKDOWN.test(name)) yield name;
    }
}

function write(name, data) {
    const place = path.join(".build", name);
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.writeFileSync(place, data);
}

const [entry, ...files] = process.argv.slice(2);
let bytes = 0;
try {
    for (const file of new Set([...files, entry])) {
        const html = render(file);
        write(file.replace(MARKDOWN, "") + ".html", html);
        if (file === entry) write("index.html", path.dirname(file) === "." ? html : `<!doctype html><meta http-equiv="refresh" content="0; url=/${encodeURI(file.replace(MARKDOWN, ""))}.html">`);
    }
    for (const file of [...beside()].slice(0, MOST_FILES)) {
        bytes += fs.statSync(file).size;
        if (bytes <= MOST_BYTES) write(file, fs.readFileSync(file));
    }
} catch (error) {
    fs.writeSync(2, `${error.message}\n`);
    process.exitCode = 1;
}
