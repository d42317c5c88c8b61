import { expect, it } from "vitest";
import { languageOf } from "../src/languages";

it.each([
  ["main.py", "Python"],
  ["src/App.tsx", "TSX"],
  ["INDEX.HTML", "HTML"],
  ["main.rs", "Rust"],
  ["run.sh", "Shell"],
])("knows the language of %s", async (path, name) => {
  const language = languageOf(path);
  expect(language?.name).toBe(name);
  expect(await language?.load()).toBeTruthy();
});

it("takes everything else as plain text", () => {
  expect(languageOf("Makefile")).toBeUndefined();
  expect(languageOf("notes.constructor")).toBeUndefined();
});
