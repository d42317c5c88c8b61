// Whether a page still moves: requests under way, messages, and the pixels themselves.
import { sleep, within } from "./limit.mjs";

const FOREVER_MS = 2000;
const STREAMS = new Set(["eventsource", "ping", "media", "websocket"]);
const FRAME_MS = 50;
const PIXELS = { format: "jpeg", quality: 40, maxWidth: 640, maxHeight: 640 };
const ATTEMPTS = 5;
const ATTEMPT_MS = 500;

export class Traffic {
  #open = new Map();
  #frame = "";

  constructor(page, session) {
    this.lastNetwork = this.lastPixels = performance.now();
    this.frames = 0;
    page.on("request", (request) => {
      this.lastNetwork = performance.now();
      if (!STREAMS.has(request.resourceType()) && this.#open.size < 1000) this.#open.set(request, performance.now());
    });
    const end = (request) => {
      if (this.#open.delete(request)) this.lastNetwork = performance.now();
    };
    page.on("requestfinished", end);
    page.on("requestfailed", end);
    page.on("websocket", (socket) => {
      socket.on("framereceived", () => {
        this.lastNetwork = performance.now();
      });
    });
    session.on("Page.screencastFrame", ({ data, sessionId }) => {
      if (data !== this.#frame) [this.#frame, this.lastPixels] = [data, performance.now()];
      this.frames += 1;
      // the next frame comes when this one is answered for: so many a second are enough
      setTimeout(() => session.send("Page.screencastFrameAck", { sessionId }).catch(() => {}), FRAME_MS);
    });
    this.session = session;
  }

  /** Begin to see frames; a page that is just changing its process is asked again. */
  async watchPixels() {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        return await within(ATTEMPT_MS, this.session.send("Page.startScreencast", PIXELS));
      } catch {
        await sleep(FRAME_MS);
      }
    }
  }

  /** How long there has been no traffic, in milliseconds; a request that never ends does not count. */
  get networkQuietMs() {
    const now = performance.now();
    for (const since of this.#open.values()) if (now - since < FOREVER_MS) return 0;
    return now - this.lastNetwork;
  }

  get pixelsQuietMs() {
    return performance.now() - this.lastPixels;
  }
}
