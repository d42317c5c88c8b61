import * as dom from "react-dom";
import { createRoot, hydrateRoot } from "react-dom/client";

const roots = new WeakMap();

export function render(element, container, done) {
    if (!roots.has(container)) roots.set(container, createRoot(container));
    roots.get(container).render(element);
    if (done) setTimeout(done);
}

export function hydrate(element, container) {
    roots.set(container, hydrateRoot(container, element));
}

export function unmountComponentAtNode(container) {
    const root = roots.get(container);
    roots.delete(container);
    root?.unmount();
    return Boolean(root);
}

export const { createPortal, flushSync, preconnect, preinit, preload, unstable_batchedUpdates, useFormState, useFormStatus, version } = dom;
export { createRoot, hydrateRoot };
export default { ...dom, createRoot, hydrateRoot, render, hydrate, unmountComponentAtNode };
