import { describe, expect, it } from "vitest";
import { command, takesText } from "../src/keys";

const plain = { ctrlKey: false, metaKey: false, altKey: false };

describe("command", () => {
  it("takes single keys outside of fields, while they are on", () => {
    expect(command({ ...plain, key: "1" }, { typing: false, single: true })).toBe("vote-1");
    expect(command({ ...plain, key: "Escape" }, { typing: false, single: true })).toBe("stop");
    expect(command({ ...plain, key: "?" }, { typing: false, single: true })).toBe("help");
    expect(command({ ...plain, key: "1" }, { typing: true, single: true })).toBeNull();
    expect(command({ ...plain, key: "1" }, { typing: false, single: false })).toBeNull();
    expect(command({ ...plain, key: "5" }, { typing: false, single: true })).toBeNull();
  });

  it("leaves the browser's own combinations alone", () => {
    expect(command({ ...plain, ctrlKey: true, key: "1" }, { typing: false, single: true })).toBeNull();
    expect(command({ ...plain, altKey: true, key: "2" }, { typing: false, single: true })).toBeNull();
  });

  it("sends with Ctrl or Cmd and Enter, only from a field", () => {
    expect(command({ ...plain, ctrlKey: true, key: "Enter" }, { typing: true, single: false })).toBe("send");
    expect(command({ ...plain, metaKey: true, key: "Enter" }, { typing: true, single: true })).toBe("send");
    expect(command({ ...plain, ctrlKey: true, key: "Enter" }, { typing: false, single: true })).toBeNull();
    expect(command({ ...plain, key: "Enter" }, { typing: true, single: true })).toBeNull();
  });
});

describe("takesText", () => {
  it("knows fields and editors from buttons and choices", () => {
    document.body.innerHTML = `<textarea></textarea><input type="radio"><input type="text"><button></button>
      <div contenteditable="true"><span></span></div>`;
    const found = (selector: string) => takesText(document.querySelector(selector));
    expect(found("textarea")).toBe(true);
    expect(found("[type=text]")).toBe(true);
    expect(found("span")).toBe(true);
    expect(found("[type=radio]")).toBe(false);
    expect(found("button")).toBe(false);
    expect(takesText(null)).toBe(false);
  });
});
