// One order from beginning to end: the pictures in their order, and the report.
import { settledCage } from "./cage.mjs";
import { act } from "./act.mjs";
import { layout, TEXT_LIMIT, visibleText } from "./facts.mjs";
import { Deadline, sleep, TimedOut, within } from "./limit.mjs";
import { Record } from "./record.mjs";
import { steady } from "./steady.mjs";
import { DESKTOP, NoPicture, PHONE, Tab } from "./tab.mjs";

const MAX_HEIGHT = 4000;
// kept back for thumbnails and for the answer
const RESERVE_SECONDS = 0.8;
const STEADY_MS = 5000;
const STEADY_SHARE = 0.45;
// a streamed display never stands still: its frames are taken from here on
const DISPLAY_MS = 1000;
const FRAME_MS = 500;
const CAGE_MS = 1000;
const ACTS = ["scrolled", "typed", "clicked", "keys"];

class Shooting {
  constructor(browser, order) {
    this.browser = browser;
    this.order = order;
    this.deadline = new Deadline(order.seconds - RESERVE_SECONDS);
    this.record = new Record();
    this.pictures = new Map();
    this.missing = new Map();
    this.facts = { settled: "unsettled", first_paint_seconds: null, stable_seconds: null, load_error: "", status: 0 };
    this.layouts = {};
    this.text = { text: "", truncated: false };
    this.phone = null;
    this.tabs = [];
    this.unresponsive = 0;
  }

  wants(name) {
    return this.order.pictures.includes(name);
  }

  /** Keep what `make` returns as the picture of this name, or the reason why there is none. */
  async take(name, make) {
    if (!this.wants(name) || this.pictures.has(name) || this.missing.has(name)) return;
    if (this.deadline.over) return void this.missing.set(name, "no_time");
    const at = this.deadline.seconds;
    try {
      const png = await within(this.deadline.left(), make());
      const thumbnail = this.browser.desk.look(png);
      thumbnail.catch(() => {});
      this.pictures.set(name, { png, thumbnail, at_seconds: at });
    } catch (error) {
      this.missing.set(name, this.reason(error));
    }
  }

  /** Why there is no picture; what is wrong with the driver itself is told, too. */
  reason(error) {
    if (error instanceof NoPicture) return error.reason;
    if (error instanceof TimedOut) return "no_time";
    if (error.constructor !== Error) console.error(`camera: ${error.stack}`);
    return this.record.crashed || !this.browser.ready ? "page_crashed" : "did_not_respond";
  }

  async open(shape, loud) {
    const agent = this.browser.agent;
    const tab = await Tab.open(this.browser.playwright, { shape, record: this.record, loud, agent });
    this.tabs.push(tab);
    return tab;
  }

  async run() {
    const tab = await this.open(DESKTOP, true);
    const longest = this.order.kind === "desktop" ? DISPLAY_MS : STEADY_MS;
    const steadyMs = Math.min(longest, this.deadline.left() * STEADY_SHARE);
    const loading = tab.go(this.order.url, this.deadline.left());
    await tab.traffic.watchPixels();
    const over = {};
    const ended = new Promise((done) => {
      over.tell = done;
    });
    const first = this.wants("first-paint") ? this.#firstPaint(tab, ended) : null;
    const { status, why } = await loading;
    Object.assign(this.facts, { status, load_error: why });
    if (why) return void this.leaveOut("not_loaded");
    await this.#whenSteady(tab, steadyMs);
    over.tell();
    await first;
    if (this.order.kind === "desktop") await this.#frames(tab);
    else {
      await this.take("stable", () => tab.picture());
      await this.#look(tab);
      await this.take("full-page", () => this.#fullPage(tab));
      for (const name of ACTS) await this.take(name, () => this.#after(tab, name));
    }
    await this.phone;
    this.leaveOut(this.record.crashed ? "page_crashed" : "no_time");
  }

  async #firstPaint(tab, ended) {
    await this.take("first-paint", async () => {
      const painted = await Promise.race([tab.painted, ended.then(() => false)]);
      if (painted === false) throw new NoPicture("never_painted");
      return tab.picture();
    });
  }

  async #whenSteady(tab, ms) {
    try {
      this.facts.settled = await steady(tab, ms, { onLoaded: () => this.#startPhone() });
    } catch (error) {
      this.reason(error);
    }
    this.facts.stable_seconds = this.deadline.seconds;
    this.#startPhone();
  }

  #startPhone() {
    if (!this.phone) this.phone = this.wants("phone") ? this.#onPhone().catch(() => {}) : Promise.resolve();
  }

  async #onPhone() {
    await this.take("phone", async () => {
      const tab = await this.open(PHONE, false);
      const loading = tab.go(this.order.url, this.deadline.left());
      await tab.traffic.watchPixels();
      const { why } = await loading;
      if (why) throw new NoPicture("not_loaded");
      await steady(tab, this.deadline.left(STEADY_MS));
      this.layouts.phone = await tab.ask(layout);
      const png = await tab.picture();
      // it would go on to move, at the desktop's cost; if it does not close now, it is closed with the rest
      tab.close().catch(() => {});
      return png;
    });
  }

  async #look(tab) {
    try {
      this.layouts.desktop = await tab.ask(layout);
      this.text = await tab.ask(visibleText, TEXT_LIMIT);
    } catch (error) {
      this.reason(error);
    }
  }

  async #fullPage(tab) {
    const { width, height } = tab.page.viewportSize();
    const tall = (this.layouts.desktop ?? (await tab.ask(layout))).height;
    if (tall <= height) throw new NoPicture("fits_window");
    return tab.picture({ x: 0, y: 0, width, height: Math.min(tall, MAX_HEIGHT) });
  }

  async #after(tab, name) {
    // what moves by itself is another picture each time, whatever is done to it
    const before = this.facts.settled === "settled" && name !== "scrolled" ? await tab.picture() : null;
    await act(tab, name);
    const png = await tab.picture();
    if (before && png.equals(before)) throw new NoPicture("no_change");
    return png;
  }

  async #frames(tab) {
    for (const [number, name] of ["frame-1", "frame-2", "frame-3"].entries()) {
      if (number) await sleep(this.deadline.left(FRAME_MS));
      await this.take(name, () => tab.picture());
    }
    await this.#look(tab);
    for (const name of ["clicked", "keys"]) await this.take(name, () => this.#after(tab, name));
  }

  leaveOut(reason) {
    for (const name of this.order.pictures)
      if (!this.pictures.has(name) && !this.missing.has(name)) this.missing.set(name, reason);
  }

  async close() {
    try {
      await Promise.all(this.tabs.map((tab) => tab.close()));
    } catch (error) {
      // what does not close is ended with the browser
      console.error(`camera: ${String(error.message).slice(0, 200)}`);
      await this.browser.restart();
      return;
    }
    if (!this.browser.ready || this.browser.flooded) await this.browser.restart();
  }

  /** A thumbnail that a dying browser left undone. */
  async #again(png) {
    if (!this.browser.ready || this.browser.flooded) await this.browser.restart();
    return this.browser.desk.look(png);
  }

  async result(cage) {
    const pictures = [];
    for (const name of this.order.pictures) {
      const found = this.pictures.get(name);
      if (!found) continue;
      try {
        const { png, thumbnail, at_seconds } = found;
        const small = await thumbnail.catch(() => this.#again(png));
        const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
        pictures.push({ name, png, width, height, at_seconds, blank: small.blank, thumbnail: small });
      } catch {
        this.missing.set(name, "no_thumbnail");
      }
    }
    const main = pictures.find(({ name }) => name === "stable" || name === "frame-1");
    const { desktop, phone } = this.layouts;
    const report = {
      version: 1,
      kind: this.order.kind,
      ...this.facts,
      ...this.record.report(),
      first_paint_seconds: desktop?.painted ?? null,
      did_not_respond: this.tabs.some((tab) => tab.stops > 0),
      title: (desktop?.title ?? "").toWellFormed(),
      text: this.text.text,
      text_truncated: this.text.truncated,
      document_width: desktop?.width ?? 0,
      document_height: desktop?.height ?? 0,
      overflow_desktop: desktop?.overflow ?? null,
      overflow_phone: phone?.overflow ?? null,
      blank: main?.blank ?? null,
      left_out: this.order.pictures.filter((name) => this.missing.has(name)).map((name) => ({ name, reason: this.missing.get(name) })),
      cage,
      seconds: this.deadline.seconds,
    };
    return { report, pictures };
  }
}

export async function shoot(browser, order) {
  const shooting = new Shooting(browser, order);
  const letGo = browser.watchMemory();
  try {
    const why = await within(shooting.deadline.left(), shooting.run()).then(
      () => "no_time",
      (error) => shooting.reason(error),
    );
    shooting.leaveOut(why);
    return await shooting.result(await settledCage(browser.pid, CAGE_MS));
  } finally {
    letGo();
    await shooting.close();
  }
}
