#!/usr/local/bin/node
// build ENTRY: the answer in the work directory becomes a static site in .build/, offline, by Vite.
// What the answer left out is filled in; what is wrong in it ends the build with file, line and message.
import fs from "node:fs";
import path from "node:path";
import { build } from "vite";
import { configured } from "./configuration.mjs";
import { framework } from "./framework.mjs";
import { gaps } from "./gaps.mjs";
import { ownSources } from "./own_sources.mjs";
import { page } from "./page.mjs";
import { report } from "./problem.mjs";
import { Project } from "./project.mjs";
import { SHEET, Tailwind } from "./tailwind.mjs";
import { importPaths } from "./typescript_settings.mjs";

const MOST_FILES = 250, MOST_BYTES = 15.5 * 1024 * 1024;
const top = process.cwd();

function aliases(project, paths, own = {}) {
    const given = Array.isArray(own) ? own : Object.entries(own).map(([find, replacement]) => ({ find, replacement }));
    const known = given.filter(({ replacement }) => typeof replacement === "string" && replacement.startsWith("/") && fs.existsSync(replacement));
    return [...known, ...paths, ...(framework.aliases?.(project) ?? [])];
}

async function main(entry) {
    const project = new Project(top, entry);
    const tailwind = new Tailwind(project, framework.kept ?? "");
    const start = page(project, framework);
    const paths = importPaths(project);
    const own = await configured(project);
    await build({
        root: project.root,
        base: "/",
        mode: "production",
        configFile: false,
        envDir: false,
        logLevel: "silent",
        clearScreen: false,
        cacheDir: path.join(top, ".cache"),
        plugins: [
            ownSources(project, framework, { start, sheet: tailwind.isMissing ? SHEET : "" }),
            tailwind.plugin(),
            ...framework.plugins(project),
            ...(own.plugins ?? []),
            gaps(project, framework),
        ],
        define: { global: "globalThis", "process.env": "({})", ...own.define },
        resolve: { alias: aliases(project, paths, own.alias), dedupe: framework.dedupe ?? [] },
        css: { ...own.css, postcss: { plugins: [] } },
        oxc: { jsx: { runtime: "automatic", importSource: own.importSource ?? "react" } },
        build: {
            outDir: path.join(top, ".build"),
            emptyOutDir: false,
            target: "esnext",
            minify: false,
            cssMinify: false,
            sourcemap: false,
            reportCompressedSize: false,
            modulePreload: false,
            chunkSizeWarningLimit: 1e9,
            copyPublicDir: true,
            rolldownOptions: { input: path.join(project.root, "index.html"), onwarn() {} },
        },
    });
    measure(path.join(top, ".build"));
}

function measure(folder) {
    const files = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, file) => sum + fs.statSync(path.join(file.parentPath, file.name)).size, 0);
    if (files.length > MOST_FILES || bytes > MOST_BYTES) {
        throw new Error(`the built application has ${files.length} files and ${(bytes / 2 ** 20).toFixed(1)} MiB; `
            + `at most ${MOST_FILES} files and ${MOST_BYTES / 2 ** 20} MiB are kept`);
    }
}

let done = false;
// code of the answer that runs in here may end it
process.on("exit", (code) => {
    if (done || code) return;
    fs.writeSync(2, "the build was ended before it was done\n");
    process.exitCode = 1;
});
try {
    await main(process.argv[2]);
    done = true;
} catch (error) {
    fs.writeSync(2, report(error, top));
    process.exitCode = 1;
}
// plugins of the answer may have left something running
process.exit();
