/** Which key asks for what. Keys that are typed into something ask for nothing. */

export type Command = "vote-1" | "vote-2" | "vote-3" | "vote-4" | "help" | "stop" | "send";

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** What the key asks for, if anything; `typing` tells that it goes into a field, `single` that single keys are on. */
export function command(pressed: Pressed, { typing, single }: { typing: boolean; single: boolean }): Command | null {
  if (pressed.key === "Enter" && (pressed.ctrlKey || pressed.metaKey)) return typing ? "send" : null;
  if (typing || pressed.ctrlKey || pressed.metaKey || pressed.altKey || !single) return null;
  if (pressed.key === "Escape") return "stop";
  if (pressed.key === "?") return "help";
  if (/^[1-4]$/.test(pressed.key)) return `vote-${pressed.key}` as Command;
  return null;
}

/** Whether what has the focus takes typed text. */
export function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])") !== null;
}
