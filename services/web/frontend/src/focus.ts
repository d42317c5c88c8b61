/** Gives the focus back when a running app takes it by itself: whoever types goes on typing where they were. */

const TYPING_MILLISECONDS = 1500;

export interface Signs {
  /** The last key in the page was Tab. */
  tabbed: boolean;
  /** Somebody did something in the page or one of its frames within the last seconds, as the browser says. */
  active: boolean;
  /** How long ago a key was pressed in the page itself. */
  sinceKey: number;
}

/** Whether a person may have put the focus into the frame; in doubt yes, for an app that cannot be used is worse. */
export function meant({ tabbed, active, sinceKey }: Signs): boolean {
  return tabbed || (active && sinceKey > TYPING_MILLISECONDS);
}

/** Watches all frames of the page. */
export function guardFocus(): void {
  let [before, tabbed, key]: [Element | null, boolean, number] = [null, false, Number.NEGATIVE_INFINITY];
  addEventListener(
    "keydown",
    (event) => {
      key = performance.now();
      tabbed = event.key === "Tab";
    },
    true,
  );
  addEventListener("focusin", ({ target }) => {
    if (target instanceof Element && target.tagName !== "IFRAME") before = target;
  });
  addEventListener("blur", () => {
    setTimeout(() => {
      const frame = document.activeElement;
      if (!(frame instanceof HTMLIFrameElement)) return;
      const active = navigator.userActivation?.isActive ?? true;
      if (meant({ tabbed, active, sinceKey: performance.now() - key })) return;
      frame.blur();
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    });
  });
}
