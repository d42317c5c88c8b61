// Works on finished pictures, in a page of our own: the driver itself never decodes one.
import { within } from "./limit.mjs";

const THUMBNAIL_WIDTH = 320;
const THUMBNAIL_MAX_HEIGHT = 1000;
const DESK_MS = 2000;

// runs in the page: a smaller copy, and whether the picture is one colour all over
async function workOn([data, width, maxHeight]) {
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const whole = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const height = Math.max(1, Math.min(maxHeight, Math.round((whole.height * width) / whole.width)));
  const kept = Math.min(whole.height, Math.round((height * whole.width) / width));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(whole, 0, 0, whole.width, kept, 0, 0, width, height);
  const full = new OffscreenCanvas(whole.width, whole.height).getContext("2d", { willReadFrequently: true });
  full.drawImage(whole, 0, 0);
  const pixels = new Uint32Array(full.getImageData(0, 0, whole.width, whole.height).data.buffer);
  const blank = pixels.every((pixel) => pixel === pixels[0]);
  const out = new Uint8Array(await (await canvas.convertToBlob({ type: "image/png" })).arrayBuffer());
  let text = "";
  for (let at = 0; at < out.length; at += 32768) text += String.fromCharCode(...out.subarray(at, at + 32768));
  return { data: btoa(text), width, height, blank };
}

export class Desk {
  #page;

  constructor(page) {
    this.#page = page;
  }

  static async open(browser) {
    const context = await browser.newContext({ offline: true });
    const page = await context.newPage();
    const desk = new Desk(page);
    await page.evaluate(workOn, [ONE_PIXEL, THUMBNAIL_WIDTH, THUMBNAIL_MAX_HEIGHT]);
    return desk;
  }

  /** A PNG's thumbnail, and whether it shows nothing but one colour. */
  async look(png) {
    const order = [png.toString("base64"), Math.min(THUMBNAIL_WIDTH, png.readUInt32BE(16)), THUMBNAIL_MAX_HEIGHT];
    const found = await within(DESK_MS, this.#page.evaluate(workOn, order));
    return { png: Buffer.from(found.data, "base64"), width: found.width, height: found.height, blank: found.blank };
  }
}

const ONE_PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";
