/** Languages of the editor by the ends of file names, each loaded when it is first needed. */
import type { StreamParser } from "@codemirror/language";
import type { Extension } from "@codemirror/state";

export interface Language {
  name: string;
  load: () => Promise<Extension>;
}

const script = (name: string, options: { jsx?: boolean; typescript?: boolean }): Language => ({
  name,
  load: async () => (await import("@codemirror/lang-javascript")).javascript(options),
});

const simple = (name: string, parser: () => Promise<StreamParser<unknown>>): Language => ({
  name,
  load: async () => (await import("@codemirror/language")).StreamLanguage.define(await parser()),
});

const BY_END: Record<string, Language> = {
  py: { name: "Python", load: async () => (await import("@codemirror/lang-python")).python() },
  js: script("JavaScript", { jsx: true }),
  mjs: script("JavaScript", {}),
  cjs: script("JavaScript", {}),
  jsx: script("JSX", { jsx: true }),
  ts: script("TypeScript", { typescript: true }),
  tsx: script("TSX", { jsx: true, typescript: true }),
  html: { name: "HTML", load: async () => (await import("@codemirror/lang-html")).html() },
  svg: { name: "SVG", load: async () => (await import("@codemirror/lang-html")).html() },
  svelte: { name: "Svelte", load: async () => (await import("@codemirror/lang-html")).html() },
  vue: { name: "Vue", load: async () => (await import("@codemirror/lang-vue")).vue() },
  css: { name: "CSS", load: async () => (await import("@codemirror/lang-css")).css() },
  json: { name: "JSON", load: async () => (await import("@codemirror/lang-json")).json() },
  c: { name: "C", load: async () => (await import("@codemirror/lang-cpp")).cpp() },
  h: { name: "C", load: async () => (await import("@codemirror/lang-cpp")).cpp() },
  cpp: { name: "C++", load: async () => (await import("@codemirror/lang-cpp")).cpp() },
  hpp: { name: "C++", load: async () => (await import("@codemirror/lang-cpp")).cpp() },
  java: { name: "Java", load: async () => (await import("@codemirror/lang-java")).java() },
  go: { name: "Go", load: async () => (await import("@codemirror/lang-go")).go() },
  rs: { name: "Rust", load: async () => (await import("@codemirror/lang-rust")).rust() },
  php: { name: "PHP", load: async () => (await import("@codemirror/lang-php")).php() },
  sql: { name: "SQL", load: async () => (await import("@codemirror/lang-sql")).sql() },
  md: { name: "Markdown", load: async () => (await import("@codemirror/lang-markdown")).markdown() },
  sh: simple("Shell", async () => (await import("@codemirror/legacy-modes/mode/shell")).shell),
  rb: simple("Ruby", async () => (await import("@codemirror/legacy-modes/mode/ruby")).ruby),
  r: simple("R", async () => (await import("@codemirror/legacy-modes/mode/r")).r),
};

/** The language of a file of this name; undefined for plain text. */
export function languageOf(path: string): Language | undefined {
  const end = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  return Object.hasOwn(BY_END, end) ? BY_END[end] : undefined;
}
