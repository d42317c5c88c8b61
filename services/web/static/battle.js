// Follows a battle that is still going on. Everything here is an addition: the page works without it.
"use strict";
(() => {
  const votes = document.getElementById("votes");
  const words = { queued: "queued", writing: "writing", executing: "running", finished: "finished", failed: "failed" };
  const order = { queued: 0, writing: 1, executing: 2, finished: 3, failed: 3 };
  const chosenTabs = {};
  const answers = { a: { attempt: 0, points: 0 }, b: { attempt: 0, points: 0 } };
  const part = (side, name) => document.querySelector(`#side-${side} [data-${name}]`);
  const stage = (side) => order[document.getElementById(`side-${side}`).dataset.phase];
  const say = (text) => { document.getElementById("status").textContent = text; };

  function setChip(side, word, tone) {
    for (const place of [part(side, "chip"), document.querySelector(`[data-chip-for="${side}"]`)]) {
      const chip = document.createElement("span");
      chip.className = `chip ${tone}`;
      chip.textContent = word;
      place.replaceChildren(chip);
    }
  }

  // Offsets count characters (code points), not UTF-16 units.
  function addText({ side, attempt, offset, text }) {
    if (stage(side) > order.writing) return; // the server has shown the whole answer already
    const place = part(side, "text");
    const known = answers[side];
    if (attempt !== known.attempt || offset === 0) {
      Object.assign(known, { attempt, points: 0 });
      place.textContent = "";
    }
    if (offset < known.points) place.textContent = Array.from(place.textContent).slice(0, offset).join("");
    place.append(text);
    known.points = offset + Array.from(text).length;
  }

  function addOutput(event) {
    const place = part(event.side, "output");
    if (!place || event.stream === "status") return;
    const piece = document.createElement("span");
    piece.className = event.stream;
    piece.textContent = event.text;
    place.append(piece);
  }

  async function freshPage() {
    const response = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  function swap(page, selector) {
    const here = document.querySelector(selector);
    const there = page.querySelector(selector);
    if (!here || !there) return;
    const focused = here.contains(document.activeElement) ? document.activeElement.id : "";
    here.replaceWith(document.adoptNode(there));
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  // Shows what the server knows now. A side that is still writing keeps its streamed text.
  async function refresh(sides) {
    let page;
    try { page = await freshPage(); } catch { return; }
    for (const side of sides) {
      swap(page, `#side-${side}`);
      if (chosenTabs[side]) document.getElementById(chosenTabs[side]).checked = true;
      swap(page, `[data-chip-for="${side}"]`);
    }
    for (const selector of ["#reveal", "#votes"]) swap(page, selector);
    say(page.getElementById("status").textContent);
  }

  // A resumed stream tells the past again: only what leads on is shown.
  async function phase({ side, phase: name }) {
    if (order[name] <= stage(side)) return;
    document.getElementById(`side-${side}`).dataset.phase = name;
    setChip(side, words[name], name === "failed" ? "bad" : name === "finished" ? "" : "live");
    if (name === "writing") return;
    await refresh([side]);
    say(`Answer ${side.toUpperCase()}: ${words[name]}. ${document.getElementById("status").textContent}`);
  }

  function follow() {
    const source = new EventSource(`/api/v1/battles/${votes.dataset.battle}/events`);
    const on = (kind, handle) => source.addEventListener(kind, (message) => handle(JSON.parse(message.data)));
    on("delta", addText);
    on("phase", phase);
    on("execution", addOutput);
    on("problem", (event) => say(event.message));
    on("done", () => { source.close(); refresh(["a", "b"]); });
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED) say("The connection is lost. Trying again; nothing is lost.");
    };
    source.onopen = () => say("The contenders are at work. Voting opens when both sides are finished.");
  }

  document.addEventListener("change", ({ target }) => {
    const tab = /^tab-([ab])-/.exec(target.id);
    if (tab) chosenTabs[tab[1]] = target.id;
  });

  const keys = document.getElementById("keys");
  keys.checked = localStorage.getItem("keys") !== "off";
  keys.addEventListener("change", () => localStorage.setItem("keys", keys.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]), textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") document.querySelector(".help").toggleAttribute("open");
    const button = keys.checked && /^[1-4]$/.test(event.key) && document.querySelectorAll(".vote button")[event.key - 1];
    if (button && !button.disabled) button.click();
  });

  if (votes.dataset.live === "yes") follow();
})();
