// What Svelte's applications look like: which component is shown, how it is mounted, what answers take for granted.
import fs from "node:fs";
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";

const ICONS = "/opt/web/node_modules/lucide-svelte/dist";
const FROM_ICONS = /\bimport\s*\{([^}]*)\}\s*from\s*["'](?:lucide-svelte|@lucide\/svelte)["'];?/g;
const CLASS = /\bnew\s+App\s*\(\s*\{/;

export const framework = {
    ending: "js",
    foreign: /react|^@(?:mui|radix-ui|headlessui|dnd-kit|emotion|hookform)\/|vue|pinia|styled-components|recharts|^(?:motion|framer-motion|zustand|jotai|swr|sonner|vaul|cmdk|next-themes|formik|redux|input-otp)$|^@reduxjs/,
    wanted: "a component in App.svelte or src/routes/+page.svelte, or a module that mounts one",
    mounts: /\bmount\s*\(\s*App\b|\bnew\s+App\s*\(|\bhydrate\s*\(\s*App\b/,
    starter: ["app.css", "vite.svg", "assets/svelte.svg"],

    // an application that is made as a class is of the fourth version
    plugins: (project) => [svelte({
        configFile: false,
        preprocess: vitePreprocess({ script: false }),
        compilerOptions: { compatibility: { componentApi: project.mentions(CLASS) ? 4 : 5 } },
        onwarn() {},
    })],

    // each icon is a component that would be compiled, so only those that are meant are imported
    transform: (code) => code.replace(FROM_ICONS, (whole, names) => {
        const found = names.split(",").map((name) => name.trim().split(/\s+as\s+/)).filter(([name]) => name);
        const files = found.map(([name]) => icons().get(name));
        return files.every(Boolean) ? found.map(([name, as], index) => `import ${as ?? name} from "${files[index]}";`).join(" ") : whole;
    }),

    component(project) {
        const { entry } = project;
        if (/\.svelte$/.test(entry) && project.has(entry)) return entry;
        return project.find(/(?:^|\/)App\.svelte$/) ?? project.find(/^(?:src\/)?routes\/\+page\.svelte$/) ?? project.find(/\.svelte$/);
    },

    main(project, component, { from, id }) {
        const layout = /\+page\.svelte$/.test(component) && project.find(/^(?:src\/)?routes\/\+layout\.svelte$/);
        if (!layout) {
            return `import { mount } from "svelte";
import App from ${from(component)};
mount(App, { target: document.getElementById(${JSON.stringify(id)}) });
`;
        }
        return `import { createRawSnippet, mount } from "svelte";
import App from ${from(component)};
import Layout from ${from(layout)};
const children = createRawSnippet(() => ({ render: () => "<div></div>", setup: (element) => { mount(App, { target: element }); } }));
mount(Layout, { target: document.getElementById(${JSON.stringify(id)}), props: { children, $$slots: { default: true } } });
`;
    },
};

let known;

// name to file, from the package's own lists
function icons() {
    if (known) return known;
    known = new Map();
    for (const list of ["icons/index.js", "aliases/aliases.js", "aliases/prefixed.js", "aliases/suffixed.js"]) {
        for (const [, names, file] of fs.readFileSync(`${ICONS}/${list}`, "utf8").matchAll(/export\s*\{([^}]*)\}\s*from\s*["']([^"']+)["']/g)) {
            const name = file.replace(/^.*\//, "").replace(/\.(?:js|svelte)$/, "");
            for (const [, as] of names.matchAll(/default\s+as\s+(\w+)/g)) known.set(as, `${ICONS}/icons/${name}.svelte`);
        }
    }
    return known;
}
