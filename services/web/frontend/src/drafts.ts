/** What was typed and not sent yet survives a reload. */

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A store that may be refused (private windows, full disks): then nothing is kept, and nothing breaks. */
export class Drafts {
  constructor(
    private readonly shelf: () => Shelf,
    private readonly prefix: string,
  ) {}

  read(name: string): string | null {
    try {
      return this.shelf().getItem(this.prefix + name);
    } catch {
      return null;
    }
  }

  /** Keeps `value`; null forgets. */
  write(name: string, value: string | null): void {
    try {
      if (value === null) this.shelf().removeItem(this.prefix + name);
      else this.shelf().setItem(this.prefix + name, value);
    } catch {
      // nothing is kept
    }
  }
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Fills the field with what was typed before, and keeps what is typed from now on. What was sent is forgotten. */
export function keep(field: Field, drafts: Drafts, name: string, { forgetWhenSent = true } = {}): void {
  const kept = drafts.read(name);
  const original = field.value;
  if (kept !== null && kept !== original) field.value = kept;
  const write = () => drafts.write(name, field.value === original ? null : field.value);
  field.addEventListener("input", write);
  field.addEventListener("change", write);
  if (forgetWhenSent) field.form?.addEventListener("submit", () => drafts.write(name, null));
}
