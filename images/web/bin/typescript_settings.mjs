// What an answer's tsconfig says of where imports lead. The files themselves are put away: they extend and name others that are
// seldom brought, and the compiler would stop at those.
import fs from "node:fs";
import path from "node:path";

const SETTINGS = /^(?:ts|js)config(?:\.[\w-]+)?\.json$/;

export function importPaths(project) {
    const found = [];
    for (const file of project.files.filter((name) => SETTINGS.test(path.basename(name)))) {
        const folder = path.dirname(path.join(project.root, file)), options = read(project.text(file)).compilerOptions ?? {};
        for (const [from, to] of Object.entries(options.paths ?? {})) {
            const place = Array.isArray(to) && typeof to[0] === "string" && path.join(folder, options.baseUrl ?? ".", to[0].replace(/\*$/, ""));
            if (place && fs.existsSync(place)) found.push({ find: pattern(from), replacement: place });
        }
        fs.rmSync(path.join(project.root, file));
    }
    return found;
}

function pattern(from) {
    const plain = from.replace(/\*$/, "").replace(/[^\w]/g, "\\$&");
    return new RegExp(from.endsWith("*") ? `^${plain}` : `^${plain}$`);
}

// with comments and commas at the ends, as people write it
function read(text) {
    const plain = text.replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted) => quoted ?? "").replace(/,(\s*[}\]])/g, "$1");
    try {
        return JSON.parse(plain) ?? {};
    } catch {
        return {};
    }
}
