// Bundles the ES module entry points of one package; other held packages stay links, so that a page has one of each.
import { spawnSync } from "node:child_process";
import { builtinModules } from "node:module";
import fs from "node:fs";
import path from "node:path";

import { init, parse as lexCommonJs } from "cjs-module-lexer";
import { build } from "esbuild";
import semver from "semver";

export const LINK = "/.arena/cdn/esm.sh/";
const CONDITIONS = ["browser", "module", "import", "production", "default"];
const BUILTINS = new Set(builtinModules);
const MODULE_SYNTAX = /^\s*(?:import\b[^(]|export\b)|[;}]\s*export\s*\{|;import\s*[{*"'\w]/m;
const DEFINE = {
  "process.env.NODE_ENV": '"production"',
  "process.env": "{}",
  "process.platform": '"browser"',
  global: "globalThis",
};
const EMPTY_LOADERS = Object.fromEntries([".css", ".scss", ".less", ".node", ".html", ".md"].map((end) => [end, "empty"]));
const DATA_LOADERS = Object.fromEntries([".svg", ".png", ".gif", ".woff", ".woff2", ".ttf"].map((end) => [end, "dataurl"]));

await init();

/** The name of the file that holds an entry point, without its ending. */
export function entryFile(entry) {
  return entry === "." ? "index" : entry.slice(2).replaceAll("/", "~");
}

/** The entry points that a manifest declares, but for patterns, with those that the catalogue adds. */
export function declaredEntries(manifest, more) {
  const { exports } = manifest;
  const keyed = exports && typeof exports === "object" && Object.keys(exports).some((key) => key.startsWith("."));
  const found = keyed ? Object.keys(exports).filter((key) => !key.includes("*") && exports[key] !== null) : ["."];
  const wanted = [...found, ...more.map((name) => `./${name}`)];
  return [...new Set(wanted)].filter((key) => !/\.(css|json|scss|sass|less|d\.ts|wasm|svg|woff2?)$|package\.json|\/$/.test(key));
}

function split(specifier) {
  const parts = specifier.split("/");
  const name = parts.splice(0, specifier.startsWith("@") ? 2 : 1).join("/");
  return [name, parts.length ? `./${parts.join("/")}` : "."];
}

/** The manifest of the package that a file belongs to. */
function manifestOf(folder) {
  for (let here = folder; here !== path.dirname(here); here = path.dirname(here)) {
    const file = path.join(here, "package.json");
    if (fs.existsSync(file)) {
      const manifest = JSON.parse(fs.readFileSync(file, "utf8"));
      if (manifest.name) return manifest;
    }
  }
  return {};
}

/** Whether this file is an ES module. */
function isModule(file) {
  if (file.endsWith(".mjs")) return true;
  if (file.endsWith(".cjs")) return false;
  return MODULE_SYNTAX.test(fs.readFileSync(file, "utf8"));
}

/** The names that a CommonJS file exports, as far as they can be read off it and off what it passes on. */
function namesOf(file, seen = new Set()) {
  if (seen.has(file)) return [];
  seen.add(file);
  let found;
  try {
    found = lexCommonJs(fs.readFileSync(file, "utf8"));
  } catch {
    return [];
  }
  const names = [...found.exports];
  for (const passed of found.reexports.filter((name) => name.startsWith("."))) {
    const base = path.resolve(path.dirname(file), passed);
    const next = [base, `${base}.js`, `${base}.cjs`, path.join(base, "index.js")].find(
      (place) => fs.existsSync(place) && fs.statSync(place).isFile(),
    );
    if (next) names.push(...namesOf(next, seen));
  }
  return names;
}

/** The names that a CommonJS file turns out to export: it is run, in a process that may read files and nothing else. */
function namesWhenRun(file, root) {
  const program = `const found = require(${JSON.stringify(file)});
    console.log("\\n" + JSON.stringify(found && ["object", "function"].includes(typeof found) ? Object.keys(found) : []));
    process.exit()`;
  const words = ["--experimental-permission", `--allow-fs-read=${root}/*`, "-e", program];
  const done = spawnSync(process.execPath, words, { cwd: root, timeout: 20_000, encoding: "utf8", maxBuffer: 1 << 24, env: {} });
  try {
    return JSON.parse(done.stdout.trim().split("\n").at(-1));
  } catch {
    return [];
  }
}

/** An ES module around a CommonJS file: its names, `default`, and the whole as `__cjs` for others of its kind. */
function wrapper(file, root) {
  const usable = (name) => /^[A-Za-z_$][\w$]*$/.test(name) && !["default", "__esModule", "__cjs"].includes(name);
  const read = namesOf(file).filter(usable);
  const named = [...new Set(read.length > 1 ? read : [...read, ...namesWhenRun(file, root).filter(usable)])];
  const lines = [
    `const whole = require(${JSON.stringify(file)});`,
    `export default whole && whole.__esModule && "default" in whole ? whole.default : whole;`,
    `export const __cjs = whole;`,
    ...named.map((name, place) => `const n${place} = whole.${name}; export { n${place} as ${name} };`),
  ];
  return lines.join("\n");
}

/** Held packages by name and version, as [{key, name, version, manifest, entries}]. */
export class Held {
  constructor(packages) {
    this.byName = new Map();
    for (const found of packages) this.byName.set(found.name, [...(this.byName.get(found.name) ?? []), found]);
    for (const list of this.byName.values()) list.sort((a, b) => semver.rcompare(a.version, b.version));
  }

  /**
   * The link to a held package that an importer in this folder may have, or null. What a package asks for itself goes
   * for all that is bundled with it, so that it meets one version of each.
   */
  link(specifier, folder, own) {
    const [name, entry] = split(specifier);
    const importer = manifestOf(folder);
    const versions = this.byName.get(name) ?? [];
    const asked = ({ dependencies, peerDependencies }) => ({ ...dependencies, ...peerDependencies })[name];
    const wanted = asked(own.manifest) ?? asked(importer);
    const found =
      name === own.name ? own : versions.find(({ version }) => !wanted || semver.satisfies(version, wanted, { loose: true }));
    if (!found || !found.entries.includes(entry)) return null;
    return { name: found.name, version: found.version, file: entryFile(entry) };
  }
}

function plugin(own, root, held, links, failed) {
  return {
    name: "held",
    setup(builder) {
      builder.onResolve({ filter: /^entry:/ }, async ({ path: entry }) => {
        const name = entry.slice("entry:".length);
        const wanted = name === "." && own.settings.main ? path.join(own.folder, own.settings.main) : path.posix.join(own.key, name);
        const found = await builder.resolve(wanted, { kind: "import-statement", resolveDir: root, pluginData: "entry" });
        if (found.errors.length || !/\.(m|c)?jsx?$/.test(found.path)) {
          failed.add(name);
          return { path: entry, namespace: "nothing" };
        }
        return isModule(found.path) ? { path: found.path } : { path: found.path, namespace: "wrapped" };
      });
      builder.onLoad({ filter: /.*/, namespace: "wrapped" }, ({ path: file }) => ({
        contents: wrapper(file, root),
        resolveDir: path.dirname(file),
      }));
      builder.onLoad({ filter: /.*/, namespace: "nothing" }, () => ({ contents: "module.exports = {}" }));
      builder.onResolve({ filter: /^[^./]/ }, async ({ path: specifier, resolveDir, kind, pluginData, namespace }) => {
        if (pluginData === "entry" || namespace === "linked") return undefined;
        if (specifier.startsWith("data:") || specifier.startsWith("http")) return { path: specifier, external: true };
        const link = held.link(specifier, resolveDir, own);
        if (link) {
          const target = `${LINK}${link.name}@${link.version}/+/${link.file}.js`;
          if (link.name !== own.name) links.set(link.name, new Set(links.get(link.name)).add(link.version));
          return kind === "require-call" ? { path: target, namespace: "required" } : { path: target, external: true };
        }
        // what is not there is of use to servers only, or wanted by a part that few use: it is empty
        const found = await builder.resolve(specifier, { kind, resolveDir, pluginData: "entry" });
        return found.errors.length || BUILTINS.has(found.path) ? { path: specifier, namespace: "nothing" } : found;
      });
      // what CommonJS requires of a module outside: its own whole if it is of that kind, else what babel would make of it
      builder.onLoad({ filter: /.*/, namespace: "required" }, ({ path: target }) => ({
        contents: `module.exports = require(${JSON.stringify(`linked:${target}`)}).value;`,
        resolveDir: root,
      }));
      builder.onResolve({ filter: /^linked:/ }, ({ path: target }) => ({ path: target.slice(7), namespace: "linked" }));
      builder.onLoad({ filter: /.*/, namespace: "linked" }, ({ path: target }) => ({
        contents: `import * as all from ${JSON.stringify(target)};
export const value = "__cjs" in all ? all.__cjs : Object.defineProperty({ ...all }, "__esModule", { value: true });`,
        resolveDir: root,
      }));
      builder.onResolve({ filter: /.*/, namespace: "linked" }, ({ path: target }) => ({ path: target, external: true }));
    },
  };
}

/** Bundle a package's entry points into `folder`: {entries: {"./client": {file, default}}, links: {name: [version]}}. */
export async function bundle(own, root, held, folder) {
  const links = new Map();
  const failed = new Set();
  const done = await build({
    entryPoints: own.entries.map((entry) => ({ in: `entry:${entry}`, out: entryFile(entry) })),
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    keepNames: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    mainFields: ["browser", "module", "main"],
    conditions: CONDITIONS,
    define: DEFINE,
    loader: { ...EMPTY_LOADERS, ...DATA_LOADERS, ".wasm": "binary", ".js": "jsx" },
    legalComments: "none",
    chunkNames: "chunk-[hash]",
    absWorkingDir: root,
    metafile: true,
    logLevel: "silent",
    plugins: [plugin(own, root, held, links, failed)],
  });
  const outputs = Object.entries(done.metafile.outputs);
  const exportsOf = new Map(outputs.map(([file, found]) => [path.basename(file), found.exports]));
  const entries = {};
  for (const entry of own.entries) {
    const file = `${entryFile(entry)}.js`;
    if (failed.has(entry)) fs.rmSync(path.join(folder, file), { force: true });
    else entries[entry] = { file, default: exportsOf.get(file)?.includes("default") ?? false };
  }
  const listed = [...links].map(([name, versions]) => [name, [...versions].sort()]);
  return { entries, links: Object.fromEntries(listed.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
