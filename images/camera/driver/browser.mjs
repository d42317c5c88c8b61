// One Chromium, kept up: started before it is needed, and again when it is spent.
import { chromium } from "playwright-core";

import { family } from "./cage.mjs";
import { Desk } from "./desk.mjs";

const START_MS = 20_000;
const MEMORY_LOOK_MS = 50;
// a page beyond this is ended here, so that the kernel need not choose a process
const RENDERER_BYTES = 640 * 1024 * 1024;
// what a page says is kept here until it is read: a page that says more than can be read is ended, too
const DRIVER_BYTES = 224 * 1024 * 1024;

function flags(appPort) {
  return [
    // whatever a page asks for, the answer comes from the app's preview
    `--host-resolver-rules=MAP * 127.0.0.1:${appPort}`,
    "--block-new-web-contents",
    "--deny-permission-prompts",
    "--dns-prefetch-disable",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-pings",
    "--disable-domain-reliability",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--disable-print-preview",
    "--disable-speech-api",
    "--mute-audio",
    "--js-flags=--max-old-space-size=320",
    // pages with WebGL are drawn in software, by Chromium's own
    "--enable-unsafe-swiftshader",
    "--font-render-hinting=none",
    "--lang=en-US",
    "--log-level=3",
  ];
}

export class Browser {
  #playwright = null;
  #appPort;
  #scratch;

  constructor({ appPort, scratch }) {
    this.#appPort = appPort;
    this.#scratch = scratch;
    this.pid = 0;
    this.desk = null;
    this.flooded = false;
  }

  get ready() {
    return this.#playwright?.isConnected() ?? false;
  }

  get playwright() {
    return this.#playwright;
  }

  async start() {
    this.#playwright = await chromium.launch({
      executablePath: "/usr/lib/chromium/chromium-headless-shell",
      chromiumSandbox: true,
      headless: true,
      timeout: START_MS,
      args: flags(this.#appPort),
      // a page that floods the browser is held back, as it is for people
      ignoreDefaultArgs: ["--disable-ipc-flooding-protection", "--disable-popup-blocking"],
      env: { ...process.env, TMPDIR: this.#scratch, DBUS_SESSION_BUS_ADDRESS: "disabled:", TZ: "UTC", LANG: "en_US.UTF-8" },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    // pages see the browser they would see elsewhere
    const version = this.#playwright.version().split(".")[0];
    this.agent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
    this.pid = family(process.pid).find((each) => each.parent === process.pid && each.words[0].includes("chromium")).pid;
    this.desk = await Desk.open(this.#playwright);
  }

  /** Leave nothing of a page behind: the processes are ended, not asked. */
  async restart() {
    for (const each of family(this.pid)) end(each.pid);
    this.#playwright = null;
    this.flooded = false;
    globalThis.gc?.();
    await this.start();
  }

  /** End renderers that take too much memory, theirs or ours, until told to stop. */
  watchMemory() {
    const timer = setInterval(() => {
      const flooded = !this.flooded && isFull();
      this.flooded ||= flooded;
      for (const each of family(this.pid))
        if (each.type === "renderer" && (flooded || each.residentBytes > RENDERER_BYTES)) end(each.pid);
    }, MEMORY_LOOK_MS);
    return () => clearInterval(timer);
  }
}

/** Whether what is kept, as opposed to what is only not yet thrown away, is too much. */
function isFull() {
  if (process.memoryUsage().heapUsed <= DRIVER_BYTES) return false;
  globalThis.gc?.();
  return process.memoryUsage().heapUsed > DRIVER_BYTES;
}

function end(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
