import { fileURLToPath, URL } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";
import devTools from "vite-plugin-vue-devtools";

export default defineConfig({
  plugins: [vue(), devTools()],
  base: "/calculator/",
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
});
