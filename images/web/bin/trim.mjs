// trim: leaves in node_modules what a bundle can reach, and the tools whole. Used once, while the image is built.
// What is reachable is found by bundling everything: each package's exports, and the folders that answers reach into.
import fs from "node:fs";
import path from "node:path";
import { scan } from "rolldown/experimental";

const TOP = "/opt/web", MODULES = `${TOP}/node_modules`;
const { dependencies, devDependencies } = JSON.parse(fs.readFileSync(`${TOP}/package.json`, "utf8"));
const lock = JSON.parse(fs.readFileSync(`${TOP}/package-lock.json`, "utf8")).packages;
const CODE = /\.(?:[cm]?jsx?|[cm]?tsx?|vue|svelte)$/;
const JUNK = /\.(?:map|d\.[cm]?ts|d\.\w+\.ts|md|markdown|flow|tsbuildinfo|scss|less|styl|html|yml|yaml|txt|png|gif|ico|coffee)$|\/(?:CHANGELOG|README|\.[^/]+)$/i;
const LICENCE = /\/(?:LICEN[CS]E|COPYING|NOTICE)[^/]*$/i;
// the one file of the compiler that Vue's types are read with
const ALSO = new Set([`${MODULES}/typescript/lib/typescript.js`]);
// subfolders that code names, although no list of exports does
const DEEP = {
    three: /^(?:build\/three\.(?:module|core|webgpu|tsl)\.js|examples\/(?:jsm|fonts)\/(?!.*(?:libs\/(?:draco|basis|ammo|rhino|physx)|physics)).*\.js(?:on)?)$/,
    lodash: /^(?:fp\/)?[\w]+\.js$/,
    "lodash-es": /^\w+\.js$/,
    "date-fns": /^(?:locale\/)?[\w-]+\.js$/,
    "highlight.js": /^es\/(?:languages\/)?[\w-]+\.js$|^styles\//,
    "react-syntax-highlighter": /^dist\/esm\//,
    dayjs: /^(?:esm\/)?(?:locale|plugin)\//,
    "@mui/material": /^(?:esm\/)?[\w]+\/index\.js$|^esm\//,
    "@mui/icons-material": /^esm\//,
    moment: /^(?:dist\/)?(?:locale\/)?[\w-]+\.js$/,
    "chart.js": /^(?:auto|helpers)\/|^dist\//,
    vue: /^dist\/vue\.(?:runtime\.)?esm-bundler\.js$/,
    gsap: /^[\w]+\.js$|^utils\//,
    bootstrap: /^dist\/(?:css\/bootstrap[\w.-]*\.css|js\/bootstrap\.(?:esm|bundle)\.min\.js)$/,
    swiper: /\.(?:mjs|css)$/,
    "react-icons": /\/index\.mjs$|^lib\//,
    echarts: /^(?:core|charts|components|renderers|features|index)\.js$|^lib\//,
};

function* filesOf(folder) {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const place = `${folder}/${entry.name}`;
        if (entry.isDirectory()) yield* filesOf(place);
        else if (entry.isFile()) yield place;
    }
}

// `node_modules/a/node_modules/b/c.js` belongs to `node_modules/a/node_modules/b`
function packageOf(place) {
    const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(place);
    return found ? found[1] : "";
}

function withDependencies(names) {
    const found = new Set(), queue = names.map((name) => `node_modules/${name}`);
    while (queue.length) {
        const place = queue.pop();
        if (found.has(place) || !lock[place]) continue;
        found.add(place);
        const { dependencies = {}, optionalDependencies = {} } = lock[place];
        for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
            let above = place;
            for (; above && !lock[`${above}/node_modules/${name}`]; above = above.includes("/node_modules/") ? above.replace(/\/node_modules\/(?:@[^/]+\/)?[^/]+$/, "") : "");
            queue.push(above ? `${above}/node_modules/${name}` : `node_modules/${name}`);
        }
    }
    return new Set([...found].map((place) => `${TOP}/${place}`));
}

function subpaths(name) {
    const folder = `${MODULES}/${name}`, { exports } = JSON.parse(fs.readFileSync(`${folder}/package.json`, "utf8"));
    const listed = exports && typeof exports === "object" ? Object.keys(exports).filter((key) => key.startsWith("./") && !key.includes("*")) : [];
    return [name, ...listed.filter((key) => !/\.(?:json|css|d\.ts|map|wasm|svg)$|package/.test(key)).map((key) => `${name}/${key.slice(2)}`)];
}

async function reachable(entries) {
    const loaded = new Set();
    await scan({
        input: "\0all",
        treeshake: false,
        platform: "browser",
        cwd: TOP,
        onLog() {},
        experimental: { lazyBarrel: false },
        resolve: { conditionNames: ["import", "module", "browser", "production", "default"], mainFields: ["browser", "module", "main"] },
        plugins: [{
            name: "all",
            resolveId: {
                order: "pre",
                async handler(id, importer, options) {
                    if (id === "\0all") return id;
                    if (options.custom?.all) return null;
                    const found = await this.resolve(id, importer === "\0all" ? `${TOP}/all.js` : importer, { skipSelf: true, custom: { all: true } }).catch(() => null);
                    return found && !found.external && found.id.startsWith("/") ? found : { id, external: true };
                },
            },
            load: {
                handler(id) {
                    if (id === "\0all") return entries.map((entry) => `import(${JSON.stringify(entry)});`).join("\n");
                    loaded.add(id.replace(/\?.*$/, ""));
                    return CODE.test(id) ? (/\.(?:vue|svelte)$/.test(id) ? { code: "", moduleType: "js" } : null) : { code: "", moduleType: "js" };
                },
            },
        }],
    });
    return loaded;
}

const tools = withDependencies([...Object.keys(devDependencies), "svelte", "vue", "rolldown"].filter((name) => name !== "typescript"));
const deep = new Set();
for (const [name, wanted] of Object.entries(DEEP)) {
    for (const place of filesOf(`${MODULES}/${name}`)) {
        if (wanted.test(place.slice(MODULES.length + name.length + 2)) && !JUNK.test(place)) deep.add(place);
    }
}
const entries = [...Object.keys(dependencies).flatMap(subpaths), ...[...deep].filter((place) => CODE.test(place))];
const loaded = await reachable(entries);
let kept = 0, gone = 0;
for (const place of filesOf(MODULES)) {
    const mine = packageOf(place), size = fs.statSync(place).size;
    const wanted = LICENCE.test(place) || place.endsWith("/package.json") || loaded.has(place) || deep.has(place) || ALSO.has(place)
        || (!JUNK.test(place) && tools.has(mine)) || /\.(?:css|woff2?)$/.test(place);
    if (wanted) kept += size;
    else {
        gone += size;
        fs.rmSync(place);
    }
}
console.log(`kept ${(kept / 2 ** 20).toFixed()} MiB, removed ${(gone / 2 ** 20).toFixed()} MiB; ${loaded.size} modules reachable`);
