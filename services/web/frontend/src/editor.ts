/** An editor in place of a text field, which keeps its text and is what the form sends. */
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { languageOf } from "./languages";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.tagName, tags.operatorKeyword], color: "var(--a)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--good)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  {
    tag: [tags.number, tags.bool, tags.atom, tags.attributeName, tags.definition(tags.variableName)],
    color: "var(--b)",
  },
  { tag: [tags.heading, tags.strong], fontWeight: "600" },
]);

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "2px solid var(--mine)", outlineOffset: "-2px" },
  ".cm-content": { fontFamily: "var(--code)", caretColor: "var(--text)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "transparent", border: "0", fontFamily: "var(--code)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--mine) 22%, transparent)",
  },
});

/** Puts an editor before the field and hides it. Tab indents only after Enter or typing; Escape gives Tab back. */
export async function mount(field: HTMLTextAreaElement, nonce: string): Promise<void> {
  const place = new Compartment();
  const view = new EditorView({
    state: EditorState.create({
      doc: field.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        indentUnit.of("    "),
        syntaxHighlighting(colours),
        look,
        // Tab moves on, as everywhere on a page; indenting has keys of its own
        keymap.of([
          { key: "Mod-]", run: indentMore },
          { key: "Mod-[", run: indentLess },
          { key: "Mod-Enter", run: () => sent(field) },
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorState.readOnly.of(field.readOnly),
        EditorView.contentAttributes.of({ "aria-label": field.getAttribute("aria-label") ?? "Code" }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((one) => one.isUserEvent("from.field"))) return;
          field.value = update.state.doc.toString();
          field.dispatchEvent(new Event("input", { bubbles: true }));
        }),
        place.of([]),
      ],
    }),
  });
  // what sets the field (a draft, the answer again) sets the editor
  field.addEventListener("refill", () => {
    const changes = { from: 0, to: view.state.doc.length, insert: field.value };
    view.dispatch({ changes, userEvent: "from.field" });
  });
  view.scrollDOM.tabIndex = 0;
  field.before(view.dom);
  field.hidden = true;
  field.style.display = "none";
  const language = languageOf(field.dataset.editor ?? "");
  if (language) view.dispatch({ effects: place.reconfigure(await language.load()) });
}

function sent(field: HTMLTextAreaElement): boolean {
  field.form?.requestSubmit();
  return true;
}
