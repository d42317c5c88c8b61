// What went wrong in a build, as text for a person: file, line, message, and the lines around it.
import fs from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

const MOST = 5;

export function report(error, top) {
    const errors = Array.isArray(error.errors) && error.errors.length ? error.errors : [error];
    const shown = errors.slice(0, MOST).map((one) => describe(one, top));
    if (errors.length > MOST) shown.push(`... and ${errors.length - MOST} more`);
    return `${[...new Set(shown)].join("\n\n")}\n`;
}

// where the compiler of scripts draws its own frame, the place stands in its first line
const DRAWN = /╭─\[ (.+?):(\d+):(\d+) \]/;

const NOT_EXPORTED = /^"([^"]+)" is not exported by "([^"]+)"/;

function describe(error, top) {
    const plain = (text) => stripVTControlCharacters(String(text ?? "")).replaceAll(`${top}/`, "");
    const message = plain(error.message || error).replace(/^Build failed with \d+ errors?:\s*/, "").replace(/^(?:\[[\w:@/ -]+\]\s*)+/, "").trim();
    const place = error.loc ?? {}, [, drawn, line, column] = DRAWN.exec(message) ?? [];
    const [, name, from] = NOT_EXPORTED.exec(message) ?? [];
    if (name && drawn) return notExported(name, plain(from), drawn, top);
    const file = plain(place.file ?? drawn ?? error.id ?? "").replace(/\?.*$/, "");
    const where = [file, line ?? place.line, column ?? place.column].filter(Boolean).join(":");
    const head = where && !message.startsWith(where) ? `${where}: ${message}` : message;
    const frame = plain(error.frame).trimEnd() || (drawn || /^\s*\d+\s*\|/m.test(message) ? "" : frameIn(place.file ?? error.id, place.line));
    return frame && !message.includes(frame.trim().split("\n")[0]) ? `${head}\n${frame}` : head;
}

// what is drawn there is the module as it was changed; people know it as they wrote it
function notExported(name, from, file, top) {
    const source = path.join(top, file), text = fs.existsSync(source) ? fs.readFileSync(source, "utf8") : "";
    const at = text.search(new RegExp(`\\bimport\\b[^;]*?(?<![\\w$])${name.replace(/[^\w]/g, "\\$&")}(?![\\w$])`));
    const { line, column, frame } = placeOf(text, name, Math.max(0, at));
    const packages = from.split("/node_modules/").at(-1).split("/");
    const whose = from.includes("/node_modules/") ? `the package "${packages.slice(0, packages[0].startsWith("@") ? 2 : 1).join("/")}"` : from;
    return [[file, line, column].filter(Boolean).join(":") + `: "${name}" is not exported by ${whose}`, frame].filter(Boolean).join("\n");
}

function frameIn(file, line) {
    const text = line && fs.existsSync(String(file)) ? fs.readFileSync(String(file), "utf8") : "";
    return text && frameOf(text, Number(line));
}

// line and column (from 1) of this text in a source
export function placeOf(text, needle, from = 0) {
    const at = text.indexOf(needle, from);
    if (at < 0) return {};
    const before = text.slice(0, at).split("\n");
    return { line: before.length, column: before.at(-1).length + 1, frame: frameOf(text, before.length) };
}

function frameOf(text, line) {
    const lines = text.split("\n"), first = Math.max(1, line - 2);
    return lines.slice(first - 1, line + 2).map((one, index) => {
        const number = first + index;
        return `${number === line ? ">" : " "} ${String(number).padStart(4)} | ${one.slice(0, 200)}`;
    }).join("\n");
}
