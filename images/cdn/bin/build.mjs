// Lays out /opt/cdn: files/<package>@<version>/, esm/<package>@<version>/, fonts/ and index.json, which says what there is.
import fs from "node:fs";
import path from "node:path";

import { copyFiles } from "./files.mjs";
import { copyFont } from "./fonts.mjs";
import { bundle, declaredEntries, Held } from "./modules.mjs";

const [root, target] = process.argv.slice(2).map((folder) => path.resolve(folder));
const { dependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8"));
const catalogue = JSON.parse(fs.readFileSync(path.join(root, "catalogue.json"), "utf8"));

// a package that declares more has one for each of its parts, which its main one holds too
const MAX_ENTRIES = 45;
const isFont = (key) => key.startsWith("@fontsource");
const held = Object.keys(dependencies).filter((key) => !isFont(key)).map((key) => {
  const folder = path.join(root, "node_modules", key);
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
  const { name } = manifest;
  const version = manifest.version.replace(/^v/, "");
  const settings = { ...catalogue.packages[name], ...catalogue.packages[`${name}@${version.split(".")[0]}`] };
  const declared = settings.entries ?? declaredEntries(manifest, settings.subpaths ?? []);
  const few = declared.length > MAX_ENTRIES ? ["."] : declared;
  return { key, folder, manifest, name, version, settings, entries: settings.modules === false ? [] : few };
});

/** The file that a host answers with when none is named. */
function mainFile({ manifest, files }, ...fields) {
  for (const field of fields) {
    const value = manifest[field];
    if (typeof value !== "string" || !value) continue;
    const place = path.posix.normalize(value).replace(/^\.\//, "");
    const small = place.replace(/\.(m?js|css)$/, ".min.$1");
    const found = [place, small, `${place}.js`, `${place}/index.js`].find((name) => files.includes(name));
    if (found) return found;
  }
  const base = manifest.name.split("/").at(-1).replace(/\.js$/, "");
  const usual = ["", "dist/", "build/", "lib/"].flatMap((folder) => USUAL.map((ending) => `${folder}${base}${ending}`));
  return [...usual, "index.js"].find((name) => files.includes(name)) ?? "";
}

/** What a package asks for of those that are held. */
function ranges({ dependencies: needed, peerDependencies: beside }) {
  return Object.fromEntries(Object.entries({ ...needed, ...beside }).filter(([name]) => all.byName.has(name)));
}

function repository({ repository: found }) {
  const match = /github(?:\.com)?[/:]([\w.-]+\/[\w.-]+?)(?:\.git)?(?:[#/]|$)/i.exec(found?.url ?? found ?? "");
  const bare = /^([\w-]+\/[\w.-]+)$/.exec(typeof found === "string" ? found : "");
  return (match?.[1] ?? bare?.[1] ?? "").toLowerCase();
}

// how the file for browsers is called where the one that the manifest names is for others
const USUAL = [".min.js", ".umd.min.js", ".umd.js", "-bundle.min.js", ".js"];
const packages = {};
const repositories = {};
const all = new Held(held);
const problems = [];
const sizes = [];
for (const own of held) {
  const label = `${own.name}@${own.version}`;
  const { files, bytes } = copyFiles(own.folder, path.join(target, "files", label), own.settings);
  let modules = { entries: {}, links: {} };
  if (own.entries.length) {
    try {
      modules = await bundle(own, root, all, path.join(target, "esm", label));
    } catch (error) {
      fs.rmSync(path.join(target, "esm", label), { recursive: true, force: true });
      problems.push(`${label}: no modules: ${(error.errors ?? [error]).slice(0, 2).map((found) => found.text ?? found).join("; ")}`);
    }
  }
  const known = { manifest: own.manifest, files };
  sizes.push([label, bytes]);
  packages[own.name] ??= {};
  packages[own.name][own.version] = {
    files,
    unpkg: mainFile(known, "unpkg", "browser", "main"),
    jsdelivr: mainFile(known, "jsdelivr", "unpkg", "browser", "main", "style"),
    ranges: ranges(own.manifest),
    ...modules,
  };
  const project = repository(own.manifest);
  if (project && !(project in repositories)) repositories[project] = own.name;
}
const fonts = Object.fromEntries(
  Object.keys(dependencies).filter(isFont).map((key) => copyFont(path.join(root, "node_modules", key), path.join(target, "fonts"))),
);
const index = { version: 1, packages, names: catalogue.names, repositories: { ...repositories, ...catalogue.repositories }, fonts };
fs.writeFileSync(path.join(target, "index.json"), JSON.stringify(index));
for (const [label, bytes] of sizes.sort((a, b) => b[1] - a[1]).slice(0, 20)) console.log(`${(bytes / 1e6).toFixed(1)} MB ${label}`);
for (const problem of problems) console.log(problem);
