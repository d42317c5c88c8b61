import { beforeEach, describe, expect, it, vi } from "vitest";
import { follow, type Source } from "../src/follow";

class Fake implements Source {
  readyState = 0;
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  private readonly handlers = new Map<string, (event: MessageEvent) => void>();

  constructor(readonly address: string) {}

  addEventListener(kind: string, handle: (event: MessageEvent) => void): void {
    this.handlers.set(kind, handle);
  }

  send(kind: string, id: string, data: unknown): void {
    this.handlers.get(kind)?.({ lastEventId: id, data: JSON.stringify(data) } as MessageEvent);
  }

  fail(state: number): void {
    this.readyState = state;
    this.onerror?.(new Event("error"));
  }

  close(): void {
    this.closed = true;
  }
}

let made: Fake[] = [];
let told: unknown[] = [];

function begin(): Fake {
  const make = (address: string) => {
    made.push(new Fake(address));
    return made.at(-1) as Fake;
  };
  const on = { delta: (data: unknown) => told.push(data), done: () => told.push("done") };
  const open = (again: boolean) => told.push(again ? "back" : "open");
  follow("/events", { on, last: "done", lost: () => told.push("lost"), open }, make);
  return made[0] as Fake;
}

beforeEach(() => {
  [made, told] = [[], []];
  vi.useFakeTimers();
});

describe("follow", () => {
  it("hands events on and ends with the last", () => {
    const source = begin();
    source.onopen?.(new Event("open"));
    source.send("delta", "1-0", 1);
    source.send("done", "2-0", {});
    source.fail(2);
    vi.runAllTimers();
    expect(told).toEqual(["open", 1, "done"]);
    expect(source.closed).toBe(true);
    expect(made.length).toBe(1);
  });

  it("lets the browser resume a cut stream", () => {
    const source = begin();
    source.onopen?.(new Event("open"));
    source.fail(0);
    vi.runAllTimers();
    source.onopen?.(new Event("open"));
    expect(told).toEqual(["open", "lost", "back"]);
    expect(made.length).toBe(1);
  });

  it("resumes by itself after the last event where the server refused", () => {
    const source = begin();
    source.onopen?.(new Event("open"));
    source.send("delta", "7-1", 1);
    source.fail(2);
    vi.advanceTimersByTime(1000);
    expect(made[1]?.address).toBe("/events?last_event_id=7-1");
    made[1]?.fail(2);
    vi.advanceTimersByTime(1999);
    expect(made.length).toBe(2);
    vi.advanceTimersByTime(1);
    expect(made.length).toBe(3);
    made[2]?.onopen?.(new Event("open"));
    expect(told).toEqual(["open", 1, "lost", "lost", "back"]);
  });
});
