export { default as hljs } from "highlight.js/lib/common";
export { default as katex } from "katex";
export { default as MarkdownIt } from "markdown-it";
export { default as footnotes } from "markdown-it-footnote";
export { default as tasks } from "markdown-it-task-lists";
export { default as dollars } from "@vscode/markdown-it-katex";
