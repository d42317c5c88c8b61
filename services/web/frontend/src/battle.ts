/** The page of a battle while it goes on, and what can be done with it. All of it is an addition: forms do the rest. */
import { Drafts, keep } from "./drafts";
import { guardFocus } from "./focus";
import { follow } from "./follow";
import { command, takesText } from "./keys";
import { Parts } from "./parts";
import { tools } from "./previews";
import { Programs } from "./programs";
import { begin, orderOf, show } from "./runs";
import { type Delta, StreamedText } from "./text";

const root = document.getElementById("battle") as HTMLElement;
const battle = root.dataset.battle ?? "";
const programs = new Programs(root.dataset.nonce ?? "");
const parts = new Parts(document);
const drafts = new Drafts(() => localStorage, `draft:${location.pathname}:`);
const texts = new Map<string, StreamedText>();
const chosenTabs = new Set<string>();
const WORDS: Record<string, string> = { queued: "queued", writing: "writing", executing: "running" };
const STAGES = ["queued", "writing", "executing", "finished", "failed"];

const chipOf = (side: string) => document.querySelector<HTMLElement>(`[data-part="chip-${side}"]`);
const stage = (side: string) => STAGES.indexOf(chipOf(side)?.dataset.phase ?? "");

function say(text: string): void {
  const status = document.getElementById("status");
  if (status && status.textContent !== text) status.textContent = text;
}

function banner(text: string): void {
  const place = document.getElementById("connection");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

// ── what the server renders anew ─────────────────────────────────────────────────────────────────────────────────────

/** What is being used stays: an edited program, and the app that runs at the same address. */
function inUse(name: string, part: Element): boolean {
  if (!name.startsWith("code-")) return false;
  const form = part.querySelector<HTMLFormElement>("form.program");
  return form !== null && programs.edited(form);
}

function put(fresh: Document): void {
  for (const name of parts.merge(fresh, inUse)) {
    const part = document.querySelector(`[data-part="${name}"]`);
    if (part) programs.prepare(part);
    if (name === "follow-up") keepFollowUp();
    const side = /^chip-(.)$/.exec(name)?.[1];
    if (side) openTab(side);
  }
  for (const side of ["a", "b"]) resume(side);
}

/** Shows what is worth seeing now, unless somebody chose a tab or is at work in this one. */
function openTab(side: string): void {
  const wanted = document.querySelector<HTMLInputElement>(`#tab-${side}-${chipOf(side)?.dataset.open}`);
  const busy = document.querySelector(`#side-${side} .tabs`)?.contains(document.activeElement);
  if (wanted && !chosenTabs.has(side) && !busy) wanted.checked = true;
}

async function page(response: Promise<Response>): Promise<Document> {
  const answer = await response;
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.ok && found.getElementById("battle")) return found;
  const why = [...found.querySelectorAll(".lead, .lead + p")].map((one) => one.textContent).join(" ");
  throw new Error(why || "The arena does not answer as it should. Try again in a moment.");
}

let asked = Promise.resolve();

/** Fetches the page anew; one request after the other, so that an old page never comes over a new one. */
function refresh(): Promise<void> {
  asked = asked.then(async () => {
    try {
      put(await page(fetch(location.pathname)));
    } catch {
      // the stream says when the connection is back, and asks again
    }
  });
  return asked;
}

// ── the stream ───────────────────────────────────────────────────────────────────────────────────────────────────────

function setChip(side: string, phase: string): void {
  const chip = document.createElement("span");
  chip.className = `chip ${phase === "queued" ? "" : "live"}`;
  chip.textContent = WORDS[phase] ?? phase;
  const place = chipOf(side);
  if (place) place.dataset.phase = phase;
  place?.replaceChildren(chip);
  document.querySelector(`[data-part="pane-chip-${side}"]`)?.replaceChildren(chip.cloneNode(true));
}

function addText(data: unknown): void {
  const delta = data as Delta & { side: string };
  const place = document.querySelector<HTMLElement>(`[data-part="answer-${delta.side}"] [data-text]`);
  // the server has shown the whole answer already
  if (!place || stage(delta.side) > STAGES.indexOf("writing")) return;
  const known = texts.get(delta.side) ?? new StreamedText();
  const first = !texts.has(delta.side);
  texts.set(delta.side, known);
  const panel = place.parentElement as HTMLElement;
  const atEnd = panel.scrollHeight - panel.scrollTop - panel.clientHeight < 40;
  const step = known.take(delta);
  if ("whole" in step || first) place.textContent = "whole" in step ? step.whole : step.append;
  else place.append(step.append);
  if (atEnd) panel.scrollTop = panel.scrollHeight;
}

function addOutput(data: unknown): void {
  const { side, stream, text } = data as { side: string; stream: string; text: string };
  const place = document.querySelector(`[data-part="console-${side}"] [data-output]`);
  if (!place || stream === "status") return;
  const piece = document.createElement("span");
  piece.className = stream;
  piece.textContent = text;
  place.append(piece);
}

async function phase(data: unknown): Promise<void> {
  const { side, phase: name } = data as { side: string; phase: string };
  // a resumed stream tells the past again: only what leads on is shown
  if (STAGES.indexOf(name) <= stage(side)) return;
  if (name in WORDS) setChip(side, name);
  if (name !== "writing") await refresh();
  // once there is something to decide the server's words say more
  if (!document.querySelector(".vote button:enabled")) say(`Answer ${side.toUpperCase()}: ${WORDS[name] ?? name}.`);
}

let stopFollowing: (() => void) | undefined;

function followBattle(): void {
  stopFollowing?.();
  texts.clear();
  stopFollowing = follow(`/api/v1/battles/${battle}/events`, {
    last: "done",
    lost: () => banner("The connection is lost. Trying again; nothing is lost."),
    open: (again) => {
      banner("");
      if (again) void refresh();
    },
    on: {
      delta: addText,
      phase: (data) => void phase(data),
      execution: addOutput,
      problem: (data) => say((data as { message: string }).message),
      done: () => void refresh(),
    },
  });
}

// ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Sends a form without leaving the page, so that running apps go on; a battle that goes on is followed again. */
async function send(form: HTMLFormElement, button: HTMLButtonElement | null, doing: string): Promise<void> {
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  if (button?.name) body.append(button.name, button.value);
  const buttons = [...form.querySelectorAll("button")];
  const before = buttons.map((one) => one.disabled);
  for (const one of buttons) one.disabled = true;
  say(doing);
  try {
    const answer = fetch(form.action, { method: "POST", body });
    const fresh = await page(answer);
    const place = (await answer).url;
    if (new URL(place).pathname !== location.pathname) {
      location.assign(place);
      return;
    }
    put(fresh);
    say(fresh.getElementById("status")?.textContent ?? "");
    if (fresh.getElementById("battle")?.dataset.live === "yes") followBattle();
  } catch (error) {
    const why =
      error instanceof TypeError ? "The arena cannot be reached. Nothing was recorded; try again." : `${error}`;
    say(why.replace(/^Error: /, ""));
    buttons.forEach((one, index) => {
      one.disabled = before[index] ?? false;
    });
  }
}

const followed = new Map<string, () => void>();

/** Takes up a run of an edited program that was still going on when the page was loaded. */
function resume(side: string): void {
  const place = document.querySelector<HTMLElement>(`[data-part="run-${side}"]`);
  const output = place?.querySelector<HTMLElement>("[data-output]");
  const run = place?.dataset.run;
  if (run && output && !followed.has(run)) watch(side, run, output);
}

function watch(side: string, run: string, output: HTMLElement): void {
  const status = document.querySelector(`#program-${side} [data-run-status]`);
  const tell = (words: string) => {
    if (status) status.textContent = words;
  };
  followed.set(
    run,
    show(run, output, tell, () => {
      tell("Your run has ended.");
      void showRun(side);
    }),
  );
}

/** The result of a run comes from the server; the edited program beside it stays. */
async function showRun(side: string): Promise<void> {
  try {
    const fresh = await page(fetch(location.pathname));
    const now = fresh.querySelector(`[data-part="run-${side}"]`);
    if (now) document.querySelector(`[data-part="run-${side}"]`)?.replaceWith(document.importNode(now, true));
    put(fresh);
  } catch (error) {
    say(`${error}`.replace(/^Error: /, ""));
  }
}

async function runAgain(form: HTMLFormElement): Promise<void> {
  const side = form.dataset.side ?? "";
  const status = form.querySelector<HTMLElement>("[data-run-status]");
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const place = document.querySelector<HTMLElement>(`[data-part="run-${side}"]`);
  if (!status || !button || !place) return;
  button.disabled = true;
  try {
    const order = orderOf(form);
    status.textContent = "Sending.";
    const run = await begin(battle, side, order);
    const output = document.createElement("pre");
    output.className = "stdout";
    output.tabIndex = 0;
    place.dataset.run = run;
    place.replaceChildren(output);
    watch(side, run, output);
  } catch (error) {
    const lost = error instanceof TypeError;
    status.textContent = lost ? "The arena cannot be reached. Try again." : `${error}`.replace(/^Error: /, "");
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  if (form.matches(".program")) {
    event.preventDefault();
    void runAgain(form);
  } else if (form.matches(".vote")) {
    event.preventDefault();
    void send(form, button, "Recording your vote.");
  } else if (form.matches("[data-act], .follow, .aspects")) {
    event.preventDefault();
    void send(form, button, "Sending.");
  }
});

async function copy(button: HTMLButtonElement): Promise<void> {
  const text = programs.text(button.dataset.side ?? "", button.dataset.copy ?? "");
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text ?? "");
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 1500);
}

/** What was edited is downloaded as it stands; the answer itself comes from the arena. */
function download(link: HTMLAnchorElement, event: Event): void {
  const form = link.closest<HTMLFormElement>("form.program");
  const path = link.dataset.download ?? "";
  if (!form || !programs.edited(form)) return;
  event.preventDefault();
  const address = URL.createObjectURL(new Blob([programs.text(form.dataset.side ?? "", path) ?? ""]));
  const own = Object.assign(document.createElement("a"), { href: address, download: path.split("/").pop() ?? "file" });
  own.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const button = target.closest("button");
  const link = target.closest<HTMLAnchorElement>("a[data-download]");
  if (link) download(link, event);
  else if (button && "copy" in button.dataset) void copy(button);
  else if (button) tools(button);
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(target) || target.closest("label")) menu.open = false;
  }
});

document.addEventListener("change", ({ target }) => {
  const tab = /^tab-([ab])-/.exec((target as HTMLElement).id);
  if (tab?.[1]) chosenTabs.add(tab[1]);
});

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

const keys = document.getElementById("keys") as HTMLInputElement;
const settings = new Drafts(() => localStorage, "");
keys.checked = settings.read("keys") !== "off";
keys.addEventListener("change", () => settings.write("keys", keys.checked ? null : "off"));

document.addEventListener("keydown", (event) => {
  const open = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (event.key === "Escape" && open) {
    open.open = false;
    return;
  }
  const asks = command(event, { typing: takesText(event.target), single: keys.checked });
  if (asks === "send" && event.target instanceof Element && !event.target.closest(".cm-editor")) {
    event.preventDefault();
    event.target.closest("form")?.requestSubmit();
  } else if (asks === "help") {
    document.getElementById("help")?.toggleAttribute("open");
    document.getElementById("help")?.scrollIntoView({ block: "nearest" });
  } else if (asks === "stop") {
    document.querySelector<HTMLFormElement>('form[action$="/stop"]')?.requestSubmit();
  } else if (asks?.startsWith("vote-")) {
    const button = document.querySelectorAll<HTMLButtonElement>(".vote button")[Number(asks.slice(5)) - 1];
    if (button && !button.disabled) button.click();
  }
});

// ── the beginning ────────────────────────────────────────────────────────────────────────────────────────────────────

function keepFollowUp(): void {
  const field = document.querySelector<HTMLTextAreaElement>("#follow-up");
  if (field) keep(field, drafts, "follow-up");
}

window.addEventListener("offline", () => banner("You are offline. The battle goes on; the page catches up by itself."));
window.addEventListener("online", () => {
  banner("");
  void refresh();
});
guardFocus();
programs.prepare(document);
keepFollowUp();
for (const side of ["a", "b"]) resume(side);
if (root.dataset.live === "yes") followBattle();
