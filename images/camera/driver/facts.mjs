// What is to be known of a page besides its pictures. Both functions run in the page's second world.

export const TEXT_LIMIT = 20_000;

/** Title, size, overflow, when it first painted. */
export function layout() {
  const root = document.documentElement;
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const size = (value) => Math.min(100_000_000, Math.max(0, Math.round(value ?? 0)));
  return {
    title: document.title.slice(0, 300),
    width: size(root?.scrollWidth),
    height: size(root?.scrollHeight),
    overflow: Boolean(root) && root.scrollWidth > root.clientWidth + 1,
    painted: paint ? paint.startTime / 1000 : null,
  };
}

/** The text that is to be seen, one line for each piece, in the order of the document. */
export function visibleText(limit) {
  const lines = [];
  let [room, looked] = [limit, 0];
  const walk = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    for (let node = walker.nextNode(); node && room > 0 && looked < 20_000; node = walker.nextNode()) {
      looked += 1;
      if (node.nodeType === Node.ELEMENT_NODE) {
        if (node.shadowRoot) walk(node.shadowRoot);
        continue;
      }
      const parent = node.parentElement;
      if (!parent || /^(SCRIPT|STYLE|NOSCRIPT|TEMPLATE)$/.test(parent.tagName)) continue;
      const text = node.data.slice(0, room).replace(/\s+/g, " ").trim();
      if (!text || !parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      lines.push(text);
      room -= text.length + 1;
    }
  };
  if (document.body) walk(document.body);
  return { text: lines.join("\n").slice(0, limit).toWellFormed(), truncated: room <= 0 || looked >= 20_000 };
}
