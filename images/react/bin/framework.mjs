// What React's applications look like: which component is shown, how it is mounted, what answers take for granted.
import path from "node:path";
import { withLead } from "./own_sources.mjs";
import * as next from "./next.mjs";

const BINDING = (name) => new RegExp(`\\bimport\\s[^;'"]*\\b${name}\\b[^;'"]*\\bfrom\\b|\\b(?:const|let|var|function|class)\\s+${name}\\b`);
const EXPORT = /^\s*export\s|\bmodule\.exports\b/m;
const TOP_LEVEL = /^(?:async\s+)?(?:function|class|const|let|var)\s+([A-Z]\w*)/gm;
const JSX = /<[A-Za-z>]|createElement\(/;

export const framework = {
    ending: "jsx",
    kept: "/opt/environment/kept",
    wanted: "a component in App.tsx, App.jsx, app/page.tsx or pages/index.tsx, or a module that mounts one",
    mounts: /\b(?:createRoot|hydrateRoot)\s*\(|\bReactDOM\s*\.\s*(?:render|hydrate)\s*\(|\bimport\s*\{[^}]*\brender\b[^}]*\}\s*from\s*["']react-dom["']/,
    dedupe: ["react", "react-dom", "three"],
    // files of Vite's and others' starters, which answers import without bringing them
    starter: ["App.css", "index.css", "globals.css", "assets/react.svg", "vite.svg", "logo.svg", "reportWebVitals", "reportWebVitals.js", "setupTests"],
    foreign: /vue|svelte|^pinia$/,

    // what older answers call on `react-dom` itself is there for them, and for nobody's package
    plugins: (project) => [{
        name: "arena:react-dom",
        enforce: "pre",
        resolveId: {
            filter: { id: /^react-dom$/ },
            handler: (_, importer) => (importer?.startsWith(`${project.top}/`) ? `${framework.kept}/react-dom.js` : null),
        },
    }],

    aliases: () => next.aliases,

    resolve: next.resolve,

    component(project) {
        if (next.is(project)) return next.PAGES;
        const { entry } = project;
        if (/\.[jt]sx?$/.test(entry) && project.has(entry) && JSX.test(project.text(entry))) return entry;
        return project.find(/(?:^|\/)App\.[jt]sx?$/) ?? project.sources.find((file) => /\.[jt]sx$/.test(file));
    },

    main(project, component, { from, id }) {
        if (component === next.PAGES) return next.main(project, { from, id });
        project.shown = component;
        if (!EXPORT.test(project.text(component)) && !lastNamed(project.text(component))) {
            throw Object.assign(new Error("there is no component in this file"), { id: path.join(project.root, component) });
        }
        return `import * as React from "react";
import { createRoot } from "react-dom/client";
import * as found from ${from(component)};
const shown = found.default ?? found.App ?? Object.entries(found).find(([name, one]) => /^[A-Z]/.test(name) && one)?.[1];
if (!shown) throw new Error(${JSON.stringify(`${component} exports no component`)});
createRoot(document.getElementById(${JSON.stringify(id)})).render(React.isValidElement(shown) ? shown : React.createElement(shown));
`;
    },

    transform(code, file, project) {
        let lead = "";
        if (/\bReact\b/.test(code) && !BINDING("React").test(code)) lead += 'import * as React from "react";';
        if (/\bReactDOM\b/.test(code) && !BINDING("ReactDOM").test(code)) lead += 'import ReactDOM from "react-dom";';
        let text = next.transform(code, file);
        if (file === project.shown && !EXPORT.test(text)) text += `\nexport default ${lastNamed(text)};`;
        return withLead(text, lead);
    },
};

// what is shown of a file that exports nothing
function lastNamed(text) {
    const names = [...text.matchAll(TOP_LEVEL)].map((found) => found[1]);
    return names.includes("App") ? "App" : names.at(-1);
}
