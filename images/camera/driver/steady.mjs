// Waits until a page stands still, or is seen never to.
import { sleep } from "./limit.mjs";

const LOOK_MS = 50;
const QUIET_MS = 250;
// a page whose content stays while its pixels move is animated, and is not waited for
const ANIMATED_MS = 1000;
// nothing painted yet: a script may be about to
const BLANK_MS = 1500;

// runs in the page's second world; counts the changes of a document from its first call on
function measure() {
  const kept = (globalThis.kept ??= { changes: 0 });
  if (!kept.watcher) {
    kept.watcher = new MutationObserver((list) => {
      kept.changes += list.length;
    });
    const all = { attributes: true, characterData: true, childList: true, subtree: true };
    kept.watcher.observe(document, all);
  }
  const root = document.documentElement;
  return {
    changes: kept.changes,
    content: `${document.getElementsByTagName("*").length} ${root?.scrollWidth} ${root?.scrollHeight}`,
    // a machine that is busy may not draw it for a while
    moving: document.getAnimations().some((each) => each.playState === "running" && each.effect?.target?.checkVisibility()),
    loaded: document.readyState === "complete" && document.fonts.status === "loaded",
    painted: performance.getEntriesByName("first-contentful-paint").length > 0,
  };
}

/** "settled", "animated" or "unsettled", at the latest after so long. */
export async function steady(tab, ms, { onLoaded = () => {} } = {}) {
  const begun = performance.now();
  let seen = { changes: -1, content: "" };
  let [changed, grown] = [begun, begun];
  while (performance.now() - begun < ms) {
    const found = await tab.ask(measure);
    const now = performance.now();
    if (found.content !== seen.content) grown = now;
    if (found.changes !== seen.changes) changed = now;
    seen = found;
    if (found.loaded) onLoaded();
    const still = Math.min(tab.traffic.networkQuietMs, now - grown);
    const motionless = found.moving ? 0 : Math.min(still, now - changed, tab.traffic.pixelsQuietMs);
    if (found.loaded && (found.painted || now - begun >= BLANK_MS)) {
      if (motionless >= QUIET_MS) return "settled";
      if (still >= ANIMATED_MS) return "animated";
    }
    await sleep(LOOK_MS);
  }
  return "unsettled";
}

/** A shorter wait, after something was done to the page. */
export async function calm(tab, ms) {
  const begun = performance.now();
  await sleep(LOOK_MS);
  while (performance.now() - begun < ms) {
    if (Math.min(tab.traffic.networkQuietMs, tab.traffic.pixelsQuietMs) >= 2 * LOOK_MS) return;
    await sleep(LOOK_MS / 2);
  }
}
