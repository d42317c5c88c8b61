// What Vue's applications look like: which component is shown, how it is mounted, what answers take for granted.
import vue from "@vitejs/plugin-vue";

const FULL = "/opt/web/node_modules/vue/dist/vue.esm-bundler.js";
const TEMPLATE = /\btemplate\s*:\s*["'`#]/;

export const framework = {
    ending: "js",
    foreign: /react|^@(?:mui|radix-ui|headlessui|dnd-kit|emotion|hookform)\/|svelte|styled-components|recharts|^(?:motion|framer-motion|zustand|jotai|swr|sonner|vaul|cmdk|next-themes|formik|redux|input-otp)$|^@reduxjs/,
    wanted: "a component in App.vue, or a module that calls createApp(...).mount(...)",
    mounts: /\bcreate(?:SSR)?App\s*\(|\bnew\s+Vue\s*\(/,
    dedupe: ["vue"],
    starter: ["style.css", "main.css", "assets/main.css", "assets/base.css", "assets/logo.svg", "assets/vue.svg", "vite.svg", "logo.png"],

    plugins: () => [vue()],

    // templates that are strings need the compiler in the page
    aliases: (project) => (project.mentions(TEMPLATE) || project.mentions(/\bcompile\b[^;]*from\s*["']vue["']/)
        ? [{ find: /^vue$/, replacement: FULL }] : []),

    component(project) {
        const { entry } = project;
        if (/\.vue$/.test(entry) && project.has(entry)) return entry;
        return project.find(/(?:^|\/)App\.vue$/) ?? project.find(/(?:^|\/)(?:pages\/index|index|main)\.vue$/i) ?? project.find(/\.vue$/);
    },

    main(project, component, { from, id }) {
        const router = project.find(/^(?:src\/)?router(?:\/index)?\.[jt]s$/);
        const stores = project.mentions(/from\s*["']pinia["']/);
        const uses = `${router ? ".use(router)" : ""}${stores ? ".use(createPinia())" : ""}`;
        return `import { createApp } from "vue";
${stores ? 'import { createPinia } from "pinia";\n' : ""}${router ? `import * as routes from ${from(router)};\nconst router = routes.default ?? routes.router;\n` : ""}import App from ${from(component)};
createApp(App)${uses}.mount(${JSON.stringify(`#${id}`)});
`;
    },
};
