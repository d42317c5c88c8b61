#!/usr/local/bin/node
// check FILE...: parses every diagram with mermaid itself and leaves a page of them in .build/; what is wrong in one is told
// with file, line and message.
import fs from "node:fs";
import path from "node:path";
import { mermaid } from "./mermaid_parser.mjs";

const FENCE = /^(`{3,}|~{3,})[ \t]*(?:mermaid|mmd)?[ \t]*\n([\s\S]*?)^\1[ \t]*$/gm;
const FIRST_WORD = /^(?:%%\{.*\}%%\s*\n)?(?:graph|flowchart|sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|pie|journey|mindmap|timeline|gitGraph|quadrantChart|requirementDiagram|C4\w+|sankey|xychart|block|packet|kanban|architecture|radar|treemap)\b/gm;
const MOST = 50;

// the diagrams of a file, each with the line that it begins on
function diagrams(text) {
    const fenced = [...text.matchAll(FENCE)].map((found) => ({ text: found[2], line: lineAt(text, found.index) + 1 }));
    return fenced.length ? fenced : [{ text, line: 1 }];
}

function lineAt(text, index) {
    return text.slice(0, index).split("\n").length;
}

async function problem(text) {
    try {
        await mermaid.parse(text);
        return null;
    } catch (error) {
        return error;
    }
}

// one after another without fences: only where every part is a diagram by itself
async function apart({ text, line }) {
    const starts = [...text.matchAll(FIRST_WORD)].map((found) => found.index);
    if (starts.length < 2) return null;
    const parts = starts.map((start, index) => ({ text: text.slice(index ? start : 0, starts[index + 1]), line: line + lineAt(text, start) - 1 }));
    for (const part of parts) if (await problem(part.text)) return null;
    return parts;
}

// mermaid counts the lines that are left without comments and front matter
function lineOf(text, counted) {
    const lines = text.split("\n");
    let first = 0;
    if (/^\s*---\s*$/.test(lines[0])) first = lines.findIndex((line, index) => index && /^\s*---\s*$/.test(line)) + 1;
    const left = lines.map((line, index) => [line, index + 1]).slice(first).filter(([line]) => !/^\s*%%/.test(line));
    while (left.length && !left[0][0].trim()) left.shift();
    return left[Math.min(counted, left.length) - 1]?.[1] ?? counted;
}

function describe(file, { text, line }, error) {
    const counted = Number(/line (\d+)/i.exec(error.message)?.[1] ?? error.hash?.loc?.first_line ?? 1);
    const message = error.name === "UnknownDiagramError"
        ? `this is no diagram that mermaid knows; it begins with ${JSON.stringify(text.trim().split("\n")[0].slice(0, 80))}` : error.message;
    return `${file}:${line + lineOf(text, counted) - 1}: ${message}`;
}

const escape = (text) => text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

function pageOf(found) {
    const several = new Set(found.map((one) => one.file)).size > 1;
    const figures = found.map(({ file, text }, index) => {
        const heading = several && file !== found[index - 1]?.file ? `<h2>${escape(file)}</h2>\n` : "";
        return `${heading}<figure><pre class="diagram">${escape(text.trim())}</pre></figure>`;
    });
    return fs.readFileSync(new URL("./page.html", import.meta.url), "utf8").replace("<!-- diagrams -->", () => figures.join("\n"));
}

const found = [], wrong = [];
for (const file of new Set(process.argv.slice(2))) {
    for (const one of diagrams(fs.readFileSync(file, "utf8").replace(/\r\n?/g, "\n"))) {
        const error = await problem(one.text), parts = error && (await apart(one));
        if (error && !parts) wrong.push(describe(file, one, error));
        found.push(...(parts ?? [one]).map((part) => ({ file, ...part })));
    }
}
if (!found.length || found.length > MOST) wrong.push(found.length ? `there are ${found.length} diagrams, at most ${MOST} are shown` : "there is no diagram");
if (wrong.length) {
    fs.writeSync(2, `${wrong.join("\n\n")}\n`);
    process.exitCode = 1;
} else {
    fs.mkdirSync(".build", { recursive: true });
    fs.writeFileSync(path.join(".build", "index.html"), pageOf(found));
}
