// Follows the live board. Everything here is an addition: the page works without it.
"use strict";
(() => {
  const LOOK_MS = 1000;
  const SETTLED_MS = 15000; // what is dear to compute follows a little later than the board
  const status = document.getElementById("live");
  const address = `/api/v1/leaderboard/version?source=${encodeURIComponent(status.dataset.source)}`;
  const moment = (text) => (text ? Date.parse(text) : 0);
  let shown = moment(document.getElementById("board-part").dataset.version);
  let settleAt = 0;
  let lost = false;

  const say = (text) => { if (status.textContent !== text) status.textContent = text; };
  const time = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

  async function ask(url, accept) {
    const response = await fetch(url, { headers: { Accept: accept }, signal: AbortSignal.timeout(10000) });
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    return response;
  }

  // What the reader looks at stays where it is, however tables above it grow.
  function keepPlace(change) {
    const marks = [...document.querySelectorAll("main h1, main h2")];
    const mark = marks.find((one) => one.getBoundingClientRect().bottom > 0) ?? marks[0];
    const before = mark.getBoundingClientRect().top;
    change();
    scrollBy(0, mark.getBoundingClientRect().top - before);
  }

  function replace(here, there) {
    const sideways = new Map([...here.querySelectorAll(".scroll")].map((one) => [one.id, one.scrollLeft]));
    const focused = here.contains(document.activeElement) ? document.activeElement.id : "";
    here.replaceWith(document.adoptNode(there));
    for (const [id, left] of sideways) {
      const place = document.getElementById(id);
      if (place) place.scrollLeft = left;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  // Only what has changed is replaced; filters and open sections are the reader's own.
  async function refresh() {
    const response = await ask(location.href, "text/html");
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.getElementById("board-part")) throw new Error("this is not the page");
    keepPlace(() => {
      for (const there of page.querySelectorAll("[data-part]")) {
        const here = document.getElementById(there.id);
        if (here && !here.isEqualNode(there)) replace(here, there);
      }
    });
    shown = moment(document.getElementById("board-part").dataset.version);
  }

  async function look() {
    const found = moment((await (await ask(address, "application/json")).json()).computed_at);
    if (found !== shown) {
      await refresh();
      settleAt = performance.now() + SETTLED_MS;
      say(`Live. The board changed at ${time()}.`);
    } else if (settleAt && performance.now() > settleAt) {
      settleAt = 0;
      await refresh();
    } else if (lost) {
      say("Live. The connection is back.");
    }
    lost = false;
  }

  async function follow() {
    try {
      if (!document.hidden) await look();
    } catch {
      lost = true;
      say("The connection is lost. Trying again; what is shown may be old.");
    }
    setTimeout(follow, LOOK_MS);
  }

  say(`Live. ${status.textContent}`);
  follow();
})();
