import { describe, expect, it } from "vitest";
import { StreamedText } from "../src/text";

describe("StreamedText", () => {
  it("adds what comes next", () => {
    const text = new StreamedText();
    expect(text.take({ attempt: 0, offset: 0, text: "ab" })).toEqual({ append: "ab" });
    expect(text.take({ attempt: 0, offset: 2, text: "cd" })).toEqual({ append: "cd" });
  });

  it("is the same after a stream that tells the past again", () => {
    const text = new StreamedText();
    text.take({ attempt: 0, offset: 0, text: "abcd" });
    expect(text.take({ attempt: 0, offset: 2, text: "cdef" })).toEqual({ whole: "abcdef" });
    expect(text.take({ attempt: 0, offset: 0, text: "ab" })).toEqual({ whole: "ab" });
  });

  it("counts characters beyond the basic plane as one", () => {
    const text = new StreamedText();
    text.take({ attempt: 0, offset: 0, text: "😀x" });
    expect(text.take({ attempt: 0, offset: 2, text: "y" })).toEqual({ append: "y" });
    expect(text.take({ attempt: 0, offset: 1, text: "z" })).toEqual({ whole: "😀z" });
  });

  it("begins afresh with another attempt", () => {
    const text = new StreamedText();
    text.take({ attempt: 0, offset: 0, text: "half an ans" });
    expect(text.take({ attempt: 1, offset: 0, text: "new" })).toEqual({ whole: "new" });
  });
});
