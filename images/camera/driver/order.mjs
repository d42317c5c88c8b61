// What is asked of the camera: read strictly, refused with the reason.

export class InvalidOrder extends Error {}

export const KINDS = {
  web: ["first-paint", "stable", "full-page", "scrolled", "typed", "clicked", "keys", "phone"],
  document: ["stable", "full-page", "phone"],
  desktop: ["frame-1", "frame-2", "frame-3", "clicked", "keys"],
};
const FIELDS = ["kind", "pictures", "seconds", "url"];
const MAX_URL = 2000;
const MAX_SECONDS = 60;

export function readOrder(text) {
  let order;
  try {
    order = JSON.parse(text);
  } catch {
    throw new InvalidOrder("an order is JSON");
  }
  if (order === null || typeof order !== "object" || Object.keys(order).sort().join() !== FIELDS.join())
    throw new InvalidOrder(`an order has the fields ${FIELDS.join(", ")}`);
  const { kind, pictures, seconds, url } = order;
  if (!Object.hasOwn(KINDS, kind)) throw new InvalidOrder(`kind is one of ${Object.keys(KINDS).join(", ")}`);
  const known = Array.isArray(pictures) && pictures.length > 0 && pictures.every((name) => KINDS[kind].includes(name));
  if (!known) throw new InvalidOrder(`pictures of ${kind} are ${KINDS[kind].join(", ")}`);
  if (typeof seconds !== "number" || !(seconds >= 1 && seconds <= MAX_SECONDS))
    throw new InvalidOrder(`seconds is a number from 1 to ${MAX_SECONDS}`);
  if (typeof url !== "string" || url.length > MAX_URL || !/^http:\/\/[a-z0-9.-]+(:\d+)?\/[!-~]*$/.test(url))
    throw new InvalidOrder(`url is an http URL of at most ${MAX_URL} characters`);
  // the order of the pictures is the kind's, whatever was asked
  return { kind, url, seconds, pictures: KINDS[kind].filter((name) => pictures.includes(name)) };
}
