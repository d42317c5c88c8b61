// What lies in an answer's tree, read once: where its root is, its page, the module that starts it, the component it shows.
import fs from "node:fs";
import path from "node:path";

const SOURCE = /\.(?:[cm]?[jt]sx?|vue|svelte)$/, TEXT = /\.(?:[cm]?[jt]sx?|vue|svelte|html?|mdx?|css|scss|sass|less|json)$/;
const ROOT_MARKS = /^(?:package\.json|index\.html|vite\.config\.[cm]?[jt]s|next\.config\.[cm]?[jt]s|svelte\.config\.js)$/;
const SKIPPED = new Set(["node_modules", "dist"]);
const TEST = /(?:^|\/)__tests__\/|\.(?:test|spec)\.[cm]?[jt]sx?$/;

function list(folder, prefix = "") {
    const found = [];
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
        const name = prefix + entry.name;
        if (entry.isDirectory()) found.push(...list(path.join(folder, entry.name), `${name}/`));
        else if (entry.isFile()) found.push(name);
    }
    return found.sort();
}

// the folder nearest above the entry that looks like the top of a project; a lone `src` is below one
function rootOf(top, entry) {
    let folder = path.dirname(path.join(top, entry));
    const nearest = folder;
    for (; folder.startsWith(top); folder = path.dirname(folder)) {
        if (fs.existsSync(folder) && fs.readdirSync(folder).some((name) => ROOT_MARKS.test(name))) return folder;
    }
    for (folder = nearest; folder.startsWith(top) && folder !== top; folder = path.dirname(folder)) {
        if (/^(?:src|app|pages)$/.test(path.basename(folder))) return path.dirname(folder);
    }
    return top;
}

export class Project {
    constructor(top, entry) {
        this.top = top;
        this.root = rootOf(top, entry);
        this.entry = path.relative(this.root, path.join(top, entry));
        this.files = list(this.root);
        this.texts = new Map();
        for (const file of this.files) {
            if (TEXT.test(file)) this.texts.set(file, fs.readFileSync(path.join(this.root, file), "utf8"));
        }
        this.sources = this.files.filter((file) => SOURCE.test(file) && !TEST.test(file));
        this.manifest = this.json("package.json");
    }

    has(file) {
        return this.files.includes(file);
    }

    text(file) {
        return this.texts.get(file) ?? "";
    }

    json(file) {
        try {
            return JSON.parse(this.text(file)) ?? {};
        } catch {
            return {};
        }
    }

    // the first file whose path this pattern matches; one in few folders before one in many
    find(pattern, wanted = () => true) {
        const deep = (file) => file.split("/").length;
        return this.files.filter((file) => pattern.test(file) && wanted(file)).sort((a, b) => deep(a) - deep(b))[0];
    }

    // whether any source or page of the answer has this in it
    mentions(pattern, files = [...this.sources, ...this.files.filter((file) => /\.html?$/.test(file))]) {
        return files.some((file) => pattern.test(this.text(file)));
    }

    // a file that the answer left out
    add(file, text) {
        const place = path.join(this.root, file);
        fs.mkdirSync(path.dirname(place), { recursive: true });
        fs.writeFileSync(place, text);
        this.files.push(file);
        this.texts.set(file, text);
    }

    get config() {
        return this.find(/^vite\.config\.[cm]?[jt]s$/);
    }

    get sourceFolder() {
        return this.sources.some((file) => file.startsWith("src/")) ? "src" : "";
    }
}
