import { beforeEach, describe, expect, it } from "vitest";
import { Drafts, keep } from "../src/drafts";

const drafts = new Drafts(() => localStorage, "t:");

function field(value = ""): HTMLTextAreaElement {
  document.body.innerHTML = `<form><textarea name="x">${value}</textarea></form>`;
  return document.querySelector("textarea") as HTMLTextAreaElement;
}

function type(place: HTMLTextAreaElement, text: string): void {
  place.value = text;
  place.dispatchEvent(new Event("input"));
}

beforeEach(() => localStorage.clear());

describe("keep", () => {
  it("gives back what was typed before a reload", () => {
    const before = field();
    keep(before, drafts, "x");
    type(before, "half a thought");
    const after = field();
    keep(after, drafts, "x");
    expect(after.value).toBe("half a thought");
  });

  it("forgets what was sent, and what is as it was", () => {
    const place = field("as it was");
    keep(place, drafts, "x");
    type(place, "edited");
    expect(drafts.read("x")).toBe("edited");
    type(place, "as it was");
    expect(drafts.read("x")).toBeNull();
    type(place, "sent");
    place.form?.dispatchEvent(new Event("submit"));
    expect(drafts.read("x")).toBeNull();
  });

  it("goes on where nothing may be kept", () => {
    const refused = new Drafts(() => {
      throw new DOMException("no", "SecurityError");
    }, "t:");
    const place = field();
    keep(place, refused, "x");
    type(place, "text");
    expect(place.value).toBe("text");
    expect(refused.read("x")).toBeNull();
  });
});
