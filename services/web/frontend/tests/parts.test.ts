import { describe, expect, it } from "vitest";
import { Parts } from "../src/parts";

function parsed(body: string): Document {
  return new DOMParser().parseFromString(`<!doctype html><body>${body}</body>`, "text/html");
}

const part = (name: string, text: string, more = "") => `<div data-part="${name}" ${more}>${text}</div>`;

describe("Parts", () => {
  it("puts changed parts in place of the old, and leaves the others alone", () => {
    const page = parsed(part("x", "1") + part("y", "1"));
    const same = page.querySelector('[data-part="y"]');
    const parts = new Parts(page);
    expect(parts.merge(parsed(part("x", "2") + part("y", "1")))).toEqual(["x"]);
    expect(page.querySelector('[data-part="x"]')?.textContent).toBe("2");
    expect(page.querySelector('[data-part="y"]')).toBe(same);
    expect(parts.merge(parsed(part("x", "2") + part("y", "1")))).toEqual([]);
  });

  it("compares with what the server sent, not with what scripts made of it", () => {
    const page = parsed(part("x", "1"));
    const parts = new Parts(page);
    (page.querySelector("[data-part]") as Element).textContent = "streamed";
    expect(parts.merge(parsed(part("x", "1")))).toEqual([]);
    expect(page.body.textContent).toBe("streamed");
  });

  it("goes by what a part says of itself", () => {
    const page = parsed(part("vote", "key 1", 'data-same="open"'));
    const parts = new Parts(page);
    expect(parts.merge(parsed(part("vote", "key 2", 'data-same="open"')))).toEqual([]);
    expect(parts.merge(parsed(part("vote", "key 2", 'data-same="closed"')))).toEqual(["vote"]);
  });

  it("keeps what is in use, and replaces it when it no longer is", () => {
    const page = parsed(part("code", "1"));
    const parts = new Parts(page);
    expect(parts.merge(parsed(part("code", "2")), () => true)).toEqual([]);
    expect(page.body.textContent).toBe("1");
    expect(parts.merge(parsed(part("code", "2")))).toEqual(["code"]);
  });
});
