/** Programs in the Code tabs: editors when first shown, drafts, copies, downloads of what was edited, runs of it. */
import { Drafts, keep } from "./drafts";
import { languageOf } from "./languages";

export class Programs {
  private readonly drafts = new Drafts(() => localStorage, `draft:${location.pathname}:`);

  constructor(private readonly nonce: string) {}

  /** Makes the forms of `root` ready; those that are ready stay as they are. */
  prepare(root: ParentNode): void {
    for (const form of root.querySelectorAll<HTMLFormElement>("form.program:not([data-ready])")) {
      form.dataset.ready = "yes";
      const name = `${form.dataset.side}:${form.dataset.turn}:`;
      for (const field of form.querySelectorAll<HTMLTextAreaElement>("textarea[data-editor]")) {
        keep(field, this.drafts, name + field.dataset.editor, { forgetWhenSent: false });
        const language = languageOf(field.dataset.editor ?? "");
        const place = field.closest(".file")?.querySelector("[data-language]");
        if (place && language) place.textContent = language.name;
      }
      for (const field of form.querySelectorAll<HTMLInputElement>(".options [data-keep]")) {
        keep(field, this.drafts, name + field.name, { forgetWhenSent: false });
      }
      form.addEventListener("input", () => this.tell(form));
      form.addEventListener("reset", () => setTimeout(() => this.restored(form, name)));
      this.tell(form);
      this.whenShown(form);
    }
    for (const found of root.querySelectorAll<HTMLElement>(".script[hidden]")) found.hidden = false;
  }

  /** Whether anything of the form differs from the answer. */
  edited(form: HTMLFormElement): boolean {
    return [...form.querySelectorAll<HTMLTextAreaElement>("textarea, input:not([type=hidden])")].some(
      (field) => field.value !== field.defaultValue,
    );
  }

  /** The text of a file as it stands in the editor. */
  text(side: string, path: string): string | undefined {
    return document.querySelector<HTMLTextAreaElement>(
      `#program-${CSS.escape(side)} textarea[data-editor="${CSS.escape(path)}"]`,
    )?.value;
  }

  private tell(form: HTMLFormElement): void {
    const button = form.querySelector<HTMLButtonElement>("[data-original]");
    if (button) button.disabled = !this.edited(form);
  }

  private restored(form: HTMLFormElement, name: string): void {
    for (const field of form.querySelectorAll<HTMLTextAreaElement>("textarea, input, select")) {
      this.drafts.write(name + (field.dataset.editor ?? field.name), null);
      field.dispatchEvent(new Event("refill"));
    }
    this.tell(form);
  }

  private whenShown(form: HTMLFormElement): void {
    const seen = new IntersectionObserver(async (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      const { mount } = await import("./editor");
      const fields = [...form.querySelectorAll<HTMLTextAreaElement>("textarea[data-editor]")];
      // one after the other: a program of many files must not hold up the page
      for (const field of fields) await mount(field, this.nonce).catch(() => undefined);
    });
    seen.observe(form);
  }
}
