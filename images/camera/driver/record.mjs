// What a page says and tries while it is looked at, bounded.

const MAX_LINES = 100;
const MAX_LINE = 500;
// a page beyond this is shouting: its script is ended
const FLOOD = 500;
const MANY_DIALOGS = 20;

// what the camera itself brings about, not the page
const OURS = [/^Service Worker registration blocked by Playwright$/, /^\[\.WebGL-.*\(OpenGL, Performance,/];

const clip = (text) => {
  const whole = String(text).toWellFormed();
  return whole.length > MAX_LINE ? `${whole.slice(0, MAX_LINE - 1)}…`.toWellFormed() : whole;
};

class Lines {
  constructor() {
    this.kept = [];
    this.total = 0;
  }

  add(line) {
    this.total += 1;
    if (this.kept.length < MAX_LINES) this.kept.push(line());
  }
}

export class Record {
  constructor() {
    this.console = new Lines();
    this.errors = new Lines();
    this.failed = new Lines();
    this.dialogs = 0;
    this.popups = 0;
    this.downloads = 0;
    this.fileChoosers = 0;
    this.navigations = 0;
    this.restless = false;
    this.crashed = false;
  }

  /** Turn away what a page tries; write down what a `loud` one says and tries. */
  listen(tab, loud) {
    const { page, session } = tab;
    const flood = () => tab.stop();
    const count = (name) => {
      if (loud) this[name] += 1;
    };
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      count("dialogs");
      dialog.dismiss().catch(() => {});
      dialogs += 1;
      if (dialogs % MANY_DIALOGS === 0) flood();
    });
    page.on("crash", () => {
      if (loud) this.crashed = true;
    });
    page.on("download", (download) => {
      count("downloads");
      download.cancel().catch(() => {});
    });
    page.on("filechooser", () => count("fileChoosers"));
    page.on("popup", (popup) => popup.close().catch(() => {}));
    session.on("Page.windowOpen", () => count("popups"));
    let lines = 0;
    page.on("console", (message) => {
      lines += 1;
      if (lines % FLOOD === 0) flood();
      if (loud) this.#write(message);
    });
    if (!loud) return;
    page.on("pageerror", (error) => this.errors.add(() => clip(error?.message ?? error)));
    page.on("requestfailed", (request) => {
      this.failed.add(() => ({ url: clip(request.url()), reason: clip(request.failure()?.errorText ?? "") }));
    });
    page.on("response", (response) => {
      if (response.status() >= 400)
        this.failed.add(() => ({ url: clip(response.url()), reason: `HTTP ${response.status()}` }));
    });
    page.on("framenavigated", (frame) => {
      if (!frame.parentFrame()) this.navigations += 1;
    });
  }

  #write(message) {
    const text = clip(message.text());
    if (!OURS.some((pattern) => pattern.test(text))) this.console.add(() => ({ type: message.type(), text }));
  }

  report() {
    return {
      console: this.console.kept,
      console_total: this.console.total,
      page_errors: this.errors.kept,
      page_errors_total: this.errors.total,
      failed_requests: this.failed.kept,
      failed_requests_total: this.failed.total,
      dialogs: this.dialogs,
      popups: this.popups,
      downloads: this.downloads,
      file_choosers: this.fileChoosers,
      navigations: this.navigations,
      navigations_stopped: this.restless,
      page_crashed: this.crashed,
    };
  }
}
