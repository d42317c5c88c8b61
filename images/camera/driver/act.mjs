// What a person would try first: scroll, type into the first field, click the main control, press keys.
import { calm } from "./steady.mjs";
import { within } from "./limit.mjs";
import { NoPicture } from "./tab.mjs";

const ACT_MS = 1500;
const CALM_MS = 300;
const KEY_MS = 20;
const WHEEL = 700;
const KEYS = ["Space", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "w", "a", "s", "d"];

// runs in the page's second world
function firstField() {
  const plain = 'input:not([type]),input[type="text"],input[type="search"],input[type="email"],input[type="url"]';
  const more = 'input[type="tel"],input[type="number"],input[type="password"],textarea,[contenteditable=""],[contenteditable="true"]';
  for (const field of [...document.querySelectorAll(`${plain},${more}`)].slice(0, 200)) {
    if (field.disabled || field.readOnly || !field.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
      continue;
    field.scrollIntoView({ block: "center", behavior: "instant" });
    const box = field.getBoundingClientRect();
    if (box.width < 8 || box.height < 8) continue;
    const texts = { number: "42", email: "ada@example.org", tel: "5550100", url: "http://example.org/" };
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, text: texts[field.type] ?? "Hello 42" };
  }
  return null;
}

// runs in the page's second world
function mainControl() {
  const first = /^\W*(start|play|begin|new game|go|run|add|create|submit|save|search|calc|generate|roll|spin|draw|send|get started|try|convert|check)\b/i;
  const last = /\b(delete|remove|clear|reset|close|cancel|log ?out|sign ?out|back)\b|^[×✕xX]$/i;
  const kinds = 'button,[role="button"],input[type="submit"],input[type="button"],summary,a[href],[onclick]';
  const found = new Set([...document.querySelectorAll(kinds)].slice(0, 500));
  for (const each of [...document.body.getElementsByTagName("*")].slice(0, 2000))
    if (getComputedStyle(each).cursor === "pointer" && getComputedStyle(each.parentElement).cursor !== "pointer")
      found.add(each);
  let best = null;
  for (const each of found) {
    if (each.disabled || !each.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    if (each.matches("input:not([type=submit],[type=button]),select,textarea,option,label")) continue;
    const box = each.getBoundingClientRect();
    if (box.width < 8 || box.height < 8) continue;
    const text = (each.innerText || each.value || each.ariaLabel || "").trim().slice(0, 60);
    const link = each.matches("a[href]") && !each.getAttribute("href").startsWith("#");
    const score =
      (first.test(text) ? 30 : 0) +
      (each.matches("button,input") ? 20 : each.matches("[role=button],summary") ? 12 : link ? -5 : 5) +
      Math.min(10, (box.width * box.height) / 2000) +
      (box.top >= 0 && box.bottom <= innerHeight ? 10 : 0) -
      (each.closest("nav,header,footer") ? 10 : 0) -
      (last.test(text) ? 25 : 0);
    if (!best || score > best.score) best = { each, score };
  }
  const areas = [...document.querySelectorAll("canvas")].map((each) => [each.clientWidth * each.clientHeight, each]);
  const chosen = best?.each ?? areas.sort((one, other) => other[0] - one[0])[0]?.[1];
  if (!chosen) return null;
  chosen.scrollIntoView({ block: "nearest", behavior: "instant" });
  const box = chosen.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

// runs in the page's second world
function toTop() {
  scrollTo({ top: 0, behavior: "instant" });
}

// runs in the page's second world
function watchScrolling() {
  globalThis.scrolled = false;
  const see = () => {
    globalThis.scrolled = true;
  };
  // a scroll event comes with the next frame, that of the jump to the top too
  requestAnimationFrame(() => requestAnimationFrame(() => document.addEventListener("scroll", see, { capture: true })));
}

// runs in the page's second world
function hasScrolled() {
  return globalThis.scrolled;
}

// runs in the page's second world: keys go to the game, not to the button clicked last
function readyForKeys() {
  document.activeElement?.blur();
  document.querySelector("canvas[tabindex]")?.focus();
  return Boolean(document.querySelector("canvas"));
}

const LISTENERS = ["window", "document", "document.body"];

/** Whether the page, as opposed to one of its fields, listens to keys. */
async function hearsKeys(tab) {
  for (const expression of LISTENERS) {
    const { result } = await tab.call("Runtime.evaluate", { expression });
    if (!result.objectId) continue;
    const { listeners } = await tab.call("DOMDebugger.getEventListeners", { objectId: result.objectId });
    if (listeners.some((each) => /^key(down|press|up)$/.test(each.type))) return true;
  }
  return false;
}

const input = (tab, act) => tab.patiently((ms) => within(ms, act()), ACT_MS);

async function scroll(tab) {
  await tab.ask(toTop);
  const { width, height } = tab.page.viewportSize();
  await tab.ask(watchScrolling);
  await input(tab, () => tab.page.mouse.move(width / 2, height / 2));
  await calm(tab, CALM_MS / 3);
  await input(tab, () => tab.page.mouse.wheel(0, WHEEL));
  await calm(tab, CALM_MS);
  if (!(await tab.ask(hasScrolled))) throw new NoPicture("no_change");
}

async function type(tab) {
  await tab.ask(toTop);
  const field = await tab.ask(firstField);
  if (!field) throw new NoPicture("no_field");
  await input(tab, () => tab.page.mouse.click(field.x, field.y));
  await input(tab, () => tab.page.keyboard.type(field.text));
  await input(tab, () => tab.page.keyboard.press("Enter"));
}

async function click(tab) {
  await tab.ask(toTop);
  const control = await tab.ask(mainControl);
  if (!control) throw new NoPicture("no_control");
  await input(tab, () => tab.page.mouse.click(control.x, control.y));
}

async function press(tab) {
  const canvas = await tab.ask(readyForKeys);
  if (!canvas && !(await hearsKeys(tab))) throw new NoPicture("no_key_listener");
  for (const key of KEYS) await input(tab, () => tab.page.keyboard.press(key, { delay: KEY_MS }));
}

const ACTS = { scrolled: scroll, typed: type, clicked: click, keys: press };

/** Do what the picture of this name shows the effect of. */
export async function act(tab, name) {
  await ACTS[name](tab);
  await calm(tab, CALM_MS);
}
