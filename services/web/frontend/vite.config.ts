import { defineConfig } from "vitest/config";

// Pages find what is built through the manifest, by the name of its source.
export default defineConfig({
  base: "/static/built/",
  build: {
    outDir: "../static/built",
    emptyOutDir: true,
    manifest: true,
    // links that load ahead would be made by script, without the page's nonce
    modulePreload: false,
    assetsInlineLimit: 0,
    target: "es2022",
    rollupOptions: { input: ["src/battle.ts", "src/start.ts"] },
  },
  test: { environment: "happy-dom", include: ["tests/**/*.test.ts"] },
});
