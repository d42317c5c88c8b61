/** The tools above a running app: widths, reload, full screen. */

export function tools(button: HTMLButtonElement): boolean {
  const app = button.closest<HTMLElement>("[data-app]");
  const stage = app?.querySelector<HTMLElement>(".stage");
  const frame = app?.querySelector("iframe");
  if (!app || !stage || !frame) return false;
  if (button.dataset.width) {
    stage.dataset.width = button.dataset.width;
    for (const one of app.querySelectorAll("[data-width][aria-pressed]")) {
      one.setAttribute("aria-pressed", String(one === button));
    }
  } else if ("reload" in button.dataset) {
    // its own address, wherever it went: another origin's place can be neither read nor reloaded
    frame.src = frame.getAttribute("src") ?? "";
  } else if ("full" in button.dataset) {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void app.requestFullscreen().catch(() => undefined);
  } else return false;
  return true;
}
