// One page in a context of its own, driven so that whatever it does, every call comes back.
import { sleep, TimedOut, within } from "./limit.mjs";
import { Traffic } from "./traffic.mjs";

const ANSWER_MS = 1500;
const CLOSE_MS = 1000;
const AGAIN_MS = 60;
const MAX_PICTURE_BYTES = 3 * 1024 * 1024;
const WORLD = "camera";
// a page that goes from one document to the next has to stay at last
const MAX_NAVIGATIONS = 10;

const COMMON = {
  acceptDownloads: false,
  colorScheme: "light",
  deviceScaleFactor: 1,
  locale: "en-US",
  permissions: [],
  serviceWorkers: "block",
  timezoneId: "UTC",
};
export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** Why there is no picture; one of the reasons of the report. */
export class NoPicture extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Tab {
  #context;
  #world = null;
  #frame = "";
  #documents = 0;

  constructor(context, page, session, record) {
    this.#context = context;
    this.page = page;
    this.session = session;
    this.record = record;
    this.stops = 0;
    this.crashed = false;
    page.on("crash", () => {
      this.crashed = true;
    });
    this.traffic = new Traffic(page, session);
    this.painted = new Promise((done) => {
      session.on("Page.lifecycleEvent", (event) => {
        if (event.name === "firstContentfulPaint") done(performance.now());
      });
    });
    session.on("Page.frameNavigated", ({ frame }) => {
      if (frame.parentId) return;
      [this.#world, this.#frame] = [null, frame.id];
      this.#documents += 1;
      if (this.#documents === MAX_NAVIGATIONS) this.#stay();
    });
  }

  static async open(browser, { shape, record, loud, agent }) {
    const context = await browser.newContext({ ...COMMON, ...shape, userAgent: agent });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const tab = new Tab(context, page, session, record);
    record.listen(tab, loud);
    await session.send("Page.enable");
    await session.send("Page.setLifecycleEventsEnabled", { enabled: true });
    tab.#frame = (await session.send("Page.getFrameTree")).frameTree.frame.id;
    return tab;
  }

  /** Refuse every further document: the one that is there stays. */
  #stay() {
    this.record.restless = true;
    this.session.on("Fetch.requestPaused", ({ requestId }) => {
      this.session.send("Fetch.failRequest", { requestId, errorReason: "Aborted" }).catch(() => {});
    });
    const documents = { resourceType: "Document", requestStage: "Request" };
    this.session.send("Fetch.enable", { patterns: [documents] }).catch(() => {});
  }

  /** Go there; the HTTP status, 0 if nothing was loaded, and why. */
  async go(url, ms) {
    try {
      const response = await within(ms, this.page.goto(url, { waitUntil: "commit", timeout: ms }));
      return { status: response?.status() ?? 0, why: "" };
    } catch (error) {
      // a page that at once goes elsewhere has been loaded, too
      const here = this.page.url();
      if (here !== "about:blank" && !here.startsWith("chrome-error:")) return { status: 200, why: "" };
      const why = error instanceof TimedOut || error.name === "TimeoutError" ? "no answer in time" : error.message;
      return { status: 0, why: why.split("\n")[0].replace(/^page\.goto: /, "").slice(0, 200) };
    }
  }

  /** End the script that runs, if one does: what hangs comes back to life. */
  async stop() {
    this.stops += 1;
    await within(500, this.session.send("Runtime.terminateExecution")).catch(() => {});
  }

  /** The answer to a protocol call. A page that does not answer has its script ended, and is asked once more. */
  async call(method, parameters = {}, ms = ANSWER_MS) {
    return this.patiently((limit) => within(limit, this.session.send(method, parameters)), ms);
  }

  async patiently(attempt, ms = ANSWER_MS) {
    if (this.crashed) throw new NoPicture("page_crashed");
    try {
      return await attempt(ms);
    } catch (error) {
      if (this.crashed) throw new NoPicture("page_crashed");
      if (!(error instanceof TimedOut)) throw error;
    }
    await this.stop();
    try {
      return await attempt(ms);
    } catch (error) {
      if (this.crashed) throw new NoPicture("page_crashed");
      throw error instanceof TimedOut ? new NoPicture("did_not_respond") : error;
    }
  }

  /** What a function finds in the page, run in a world of our own: the page's changes to built-ins do not reach it. */
  async ask(look, argument = null, ms = ANSWER_MS) {
    const expression = `(${look})(${JSON.stringify(argument)})`;
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.#world ??= (
          await this.call("Page.createIsolatedWorld", { frameId: this.#frame, worldName: WORLD }, ms)
        ).executionContextId;
        const world = { expression, contextId: this.#world, returnByValue: true, timeout: ms };
        const found = await this.call("Runtime.evaluate", world, ms);
        if (found.exceptionDetails) throw new NoPicture("did_not_respond");
        return found.result.value;
      } catch (error) {
        if (error instanceof NoPicture) throw error;
        // it went to another document in between
        if (attempt >= 3) throw new NoPicture(this.crashed ? "page_crashed" : "did_not_respond");
        this.#world = null;
      }
    }
  }

  /** A PNG of the window, or of so much of the page from its top. */
  async picture(clip = null) {
    for (const scale of [1, 0.5]) {
      const part = clip && { ...clip, scale };
      const parameters = {
        format: "png",
        optimizeForSpeed: true,
        ...(clip ? { captureBeyondViewport: true, clip: part } : scale < 1 ? { clip: this.#window(scale) } : {}),
      };
      const png = Buffer.from((await this.#capture(parameters)).data, "base64");
      if (png.length <= MAX_PICTURE_BYTES) return png;
    }
    throw new NoPicture("too_large");
  }

  async #capture(parameters) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.call("Page.captureScreenshot", parameters);
      } catch (error) {
        // refused while one document replaces another
        if (error instanceof NoPicture || attempt >= 3) throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  #window(scale) {
    const { width, height } = this.page.viewportSize();
    return { x: 0, y: 0, width, height, scale };
  }

  async close() {
    await within(CLOSE_MS, this.#context.close());
  }
}
