import { expect, it } from "vitest";
import { meant } from "../src/focus";

const none = { tabbed: false, active: false, sinceKey: Number.POSITIVE_INFINITY };

it.each([
  ["nobody did anything", none, false],
  ["Tab led there", { tabbed: true, active: true, sinceKey: 1 }, true],
  ["somebody types in the page", { ...none, active: true, sinceKey: 100 }, false],
  ["somebody clicked or touched", { ...none, active: true }, true],
  ["somebody typed, then clicked", { ...none, active: true, sinceKey: 2000 }, true],
])("when %s", (_name, signs, expected) => {
  expect(meant(signs)).toBe(expected);
});
