// Tells the preview how this page is used, where the person using it agreed. What is typed is never read: in what takes
// text only the number of keys counts, elsewhere only keys of a short list have a name.
(() => {
  "use strict";
  const TO = "/.arena/events";
  const MOST = 3000, BATCH = 100, EVERY = 2000, CALM = 250;
  const GAME = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Enter", "Escape", "Tab", "Backspace",
    "Delete", "Home", "End", "PageUp", "PageDown", "Shift", "Control", "Alt", "Meta"]);
  const ROLES = /^[a-z][a-z0-9-]{0,31}$/;
  const later = window.setTimeout.bind(window);
  const beacon = navigator.sendBeacon.bind(navigator);
  const request = window.fetch.bind(window);
  const listen = EventTarget.prototype.addEventListener;
  const page = Array.from(crypto.getRandomValues(new Uint8Array(4)), (n) => n.toString(16).padStart(2, "0")).join("");
  const began = performance.now();
  const watched = new WeakSet(), MARK = Symbol("watched");
  let queue = [], told = 0, typed = 0, waiting = false, stopped = false;

  const whole = (n) => Math.max(-100000, Math.min(1000000, Math.round(Number(n) || 0)));
  const size = (n) => Math.max(0, Math.min(100000, Math.round(Number(n) || 0)));
  const name = (text) => { const low = String(text || "").toLowerCase(); return ROLES.test(low) ? low : ""; };
  const now = () => Math.max(0, Math.min(86400000, Math.round(performance.now() - began)));

  function send(last) {
    if (typed) { queue.push({ kind: "typed", t: now(), count: Math.min(typed, 10000) }); typed = 0; }
    while (queue.length && !stopped) {
      const body = JSON.stringify({ version: 1, page, events: queue.splice(0, BATCH) });
      if (last) { beacon(TO, body); continue; }
      request(TO, { method: "POST", body, keepalive: true, credentials: "omit" })
        .then((answer) => { if (answer.status >= 400 && answer.status !== 400) stopped = true; }, () => {});
    }
  }
  function soon() {
    if (waiting || stopped) return;
    waiting = true;
    later(() => { waiting = false; send(false); }, EVERY);
  }
  function tell(event) {
    if (stopped || told >= MOST) return;
    told += 1;
    queue.push({ ...event, t: now() });
    if (queue.length >= BATCH) send(false); else soon();
  }
  function calmly(action) {
    let pending = false, latest;
    return (event) => {
      latest = event;
      if (pending) return;
      pending = true;
      later(() => { pending = false; action(latest); }, CALM);
    };
  }
  const inner = (event) => { const path = event.composedPath(); return path.length ? path[0] : event.target; };
  function takesText(node) {
    if (!node || node.nodeType !== 1) return false;
    if (node.isContentEditable) return true;
    const tag = name(node.tagName);
    return tag === "textarea" || tag === "select" ||
      (tag === "input" && !/^(button|checkbox|color|file|image|radio|range|reset|submit)$/.test(node.type));
  }
  function keyName(event) {
    if (GAME.has(event.key)) return event.key;
    if (event.key === " ") return "Space";
    if (/^F\d{1,2}$/.test(event.key)) return "Function";
    return /^Key[WASD]$/.test(event.code) ? "wasd" : "other";
  }
  const on = (target, kind, action) => listen.call(target, kind, (event) => {
    if (event.isTrusted) action(event);
  }, { capture: true, passive: true });
  // a frame's first, empty document may hand its window on to the next, with all that listens there
  function watch(view, embedded) {
    let doc;
    try { doc = view.document; } catch { return; }
    if (!doc) return;
    if (!watched.has(doc)) { watched.add(doc); watchFrames(doc); }
    if (!view[MARK]) {
      Object.defineProperty(view, MARK, { value: true });
      watchWindow(view, embedded);
    }
  }
  function watchWindow(view, embedded) {
    tell({ kind: "start", width: size(view.innerWidth), height: size(view.innerHeight), embedded });
    on(view, "pointerdown", (event) => {
      const node = inner(event);
      const role = node.getAttribute ? name(node.getAttribute("role")) : "";
      const pointer = /^(mouse|touch|pen)$/.test(event.pointerType) ? event.pointerType : "";
      tell({ kind: "click", x: whole(event.clientX), y: whole(event.clientY), tag: name(node.tagName), role, pointer });
    });
    on(view, "keydown", (event) => {
      if (event.repeat) return;
      if (takesText(inner(event))) { typed += 1; soon(); return; }
      tell({ kind: "key", key: keyName(event) });
    });
    const scrolled = calmly((event) => {
      const node = inner(event);
      const top = !node || node.nodeType === 9 || node === view;
      tell({ kind: "scroll", x: whole(top ? view.scrollX : node.scrollLeft),
        y: whole(top ? view.scrollY : node.scrollTop), tag: top ? "" : name(node.tagName) });
    });
    on(view, "scroll", scrolled);
    on(view, "resize", calmly(() => tell({ kind: "resize", width: size(view.innerWidth), height: size(view.innerHeight) })));
    on(view, "error", (event) => {
      if (event.target !== view) return;
      tell({ kind: "error", message: String(event.message).slice(0, 300), line: size(event.lineno), column: size(event.colno) });
    });
    on(view, "unhandledrejection", (event) => {
      let message = "";
      try { message = String(event.reason && event.reason.message || event.reason).slice(0, 300); } catch { /* its own affair */ }
      tell({ kind: "rejection", message });
    });
  }
  // frames without an address of their own, as components of data apps are; the others bring this script with them
  function watchFrames(doc) {
    on(doc, "load", (event) => { if (name(event.target.tagName) === "iframe") frame(event.target); });
    on(doc, "DOMContentLoaded", () => doc.querySelectorAll("iframe").forEach(frame));
    if (doc.readyState !== "loading") doc.querySelectorAll("iframe").forEach(frame);
  }
  function frame(element) {
    try {
      const view = element.contentWindow;
      if (view && /^(about|blob):/.test(view.location.href)) watch(view, true);
    } catch { /* another origin */ }
  }

  watch(window, window !== window.top && (() => { try { return !!window.parent.document; } catch { return false; } })());
  listen.call(document, "visibilitychange", () => {
    tell({ kind: "visibility", visible: document.visibilityState === "visible" });
    if (document.visibilityState === "hidden") send(true);
  }, true);
  listen.call(window, "pagehide", () => send(true), true);
})();
