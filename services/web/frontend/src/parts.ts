/** The parts of a page that the server renders again: those whose HTML changed take the place of the old ones. */

const NAME = "data-part";

function parts(root: ParentNode): Element[] {
  return [...root.querySelectorAll(`[${NAME}]`)];
}

/** What a part is compared by: what it says of itself, else its HTML as the server sent it. */
function sign(part: Element): string {
  return part.getAttribute("data-same") ?? part.outerHTML;
}

export class Parts {
  private readonly signs = new Map<string, string>();

  constructor(private readonly page: Document) {
    for (const part of parts(page)) this.signs.set(part.getAttribute(NAME) ?? "", sign(part));
  }

  /**
   * Puts the changed parts of `fresh` into the page, and tells their names. `kept` names what must stay: it is looked
   * at again next time. Parts inside of a changed part come with it.
   */
  merge(fresh: Document, kept: (name: string, part: Element) => boolean = () => false): string[] {
    const changed: string[] = [];
    for (const part of parts(fresh)) {
      const name = part.getAttribute(NAME) ?? "";
      const old = this.page.querySelector(`[${NAME}="${CSS.escape(name)}"]`);
      const now = sign(part);
      if (!old || this.signs.get(name) === now || kept(name, old)) continue;
      this.signs.set(name, now);
      const focused = old.contains(this.page.activeElement) ? this.page.activeElement?.id : "";
      old.replaceWith(this.page.importNode(part, true));
      if (focused) this.page.getElementById(focused)?.focus({ preventScroll: true });
      changed.push(name);
    }
    return changed;
  }
}
