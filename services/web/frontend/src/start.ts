/** The start page: the prompt survives a reload, Ctrl+Enter sends, examples are put in, one is drawn on request. */
import { Drafts, keep } from "./drafts";
import { command, takesText } from "./keys";

const drafts = new Drafts(() => localStorage, `draft:${location.pathname}:`);
const form = document.querySelector<HTMLFormElement>("form.ask");
const prompt = document.querySelector<HTMLTextAreaElement>("#prompt");

for (const field of form?.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>("[data-keep]") ?? []) {
  keep(field, drafts, field.name);
}

function put(text: string): void {
  if (!prompt) return;
  prompt.value = text;
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
  prompt.focus();
}

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLButtonElement>("[data-example], [data-surprise]");
  if (!button) return;
  event.preventDefault();
  const shown = [...document.querySelectorAll<HTMLButtonElement>("[data-example]")];
  const chosen = "surprise" in button.dataset ? shown[Math.floor(Math.random() * shown.length)] : button;
  if (chosen) put(chosen.value);
});

document.addEventListener("keydown", (event) => {
  if (command(event, { typing: takesText(event.target), single: false }) !== "send") return;
  event.preventDefault();
  if (event.target instanceof HTMLTextAreaElement) event.target.form?.requestSubmit();
});
