// Which files of a package are kept as they are.
import fs from "node:fs";
import path from "node:path";

const KEPT = new Set([".js", ".mjs", ".css", ".woff2", ".svg", ".png", ".gif", ".wasm", ".jpg"]);
// of these kinds there is too much that no page asks for, so that the catalogue names what to keep
const KEPT_IF_NAMED = new Set([".json", ".woff"]);
const MAX_BYTES = 5_500_000;
const DROPPED_FOLDERS = new Set(
  `node_modules src source sources test tests __tests__ spec doc docs example examples demo demos sample samples script scripts
   types typings typescript ts flow flow-typed benchmark benchmarks bench coverage scss less sass stylus tools tasks task bin
   cjs commonjs svgs sprites metadata archive_v1 vite rollup build-config website packages node_bundle .github`.split(/\s+/),
);
const DROPPED_NAMES = /(^|\/)(\.|gulpfile|gruntfile|webpack|rollup|karma|jest|babel\.config|tsconfig|bower\.json|composer\.json|vite\.config|eslint)/i;

/** A catalogue pattern: `*` within a folder, `**` across folders. */
function matcher(pattern) {
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("**", "\0").replaceAll("*", "[^/]*").replaceAll("\0", ".*");
  return new RegExp(`^${text}$`);
}

function* walk(folder, below = "") {
  for (const found of fs.readdirSync(path.join(folder, below), { withFileTypes: true })) {
    const place = below ? `${below}/${found.name}` : found.name;
    if (found.isDirectory() && found.name !== "node_modules") yield* walk(folder, place);
    else if (found.isFile()) yield place;
  }
}

function plain(place) {
  const parts = place.split("/");
  return !parts.slice(0, -1).some((part) => DROPPED_FOLDERS.has(part.toLowerCase())) && !DROPPED_NAMES.test(place);
}

/** Whether a smaller file beside this one says the same. */
function isRedundant(place, all) {
  const ending = path.extname(place);
  return [".js", ".mjs", ".css"].includes(ending) && all.has(`${place.slice(0, -ending.length)}.min${ending}`);
}

/** Copy the kept files of `source` to `target`; returns their paths and the sum of their bytes. */
export function copyFiles(source, target, { keep, drop = [] }) {
  const wanted = keep?.map(matcher);
  const unwanted = drop.map(matcher);
  const all = new Set(walk(source));
  const files = [];
  let bytes = 0;
  for (const place of [...all].sort()) {
    const ending = path.extname(place);
    const named = place === "package.json" || Boolean(wanted?.some((pattern) => pattern.test(place)));
    if (!named && (wanted || !plain(place))) continue;
    if (!KEPT.has(ending) && !(named && KEPT_IF_NAMED.has(ending))) continue;
    if (unwanted.some((pattern) => pattern.test(place)) || isRedundant(place, all)) continue;
    const from = path.join(source, place);
    const { size } = fs.statSync(from);
    if (size > MAX_BYTES) continue;
    const to = path.join(target, place);
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(from, to);
    files.push(place);
    bytes += size;
  }
  return { files, bytes };
}
