import { describe, expect, it } from "vitest";
import { names, words } from "../src/shell_words";

describe("words", () => {
  it.each([
    ["", []],
    ["  one  two ", ["one", "two"]],
    [`one "two words" 'three "w"'`, ["one", "two words", 'three "w"']],
    [`--name="a b" ''`, ["--name=a b", ""]],
    [String.raw`a\ b "c\"d" 'e\f'`, ["a b", 'c"d', String.raw`e\f`]],
  ])("splits %j", (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  it("refuses a quote that is not closed", () => {
    expect(() => words('one "two')).toThrow("not closed");
  });
});

it("takes names of packages apart at spaces and commas", () => {
  expect(names(" numpy, pandas  requests==2 ")).toEqual(["numpy", "pandas", "requests==2"]);
  expect(names("")).toEqual([]);
});
