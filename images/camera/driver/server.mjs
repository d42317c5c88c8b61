// The camera's HTTP port: GET /ready, and POST /shoot, one at a time.
import { createServer } from "node:http";

import { encode } from "./answer.mjs";
import { InvalidOrder, readOrder } from "./order.mjs";
import { shoot } from "./shoot.mjs";

const MAX_BODY = 16_384;
const BODY_MS = 5000;

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > MAX_BODY) throw new InvalidOrder(`an order has at most ${MAX_BODY} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function say(response, status, text) {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" }).end(`${text}\n`);
}

export function serve(port, browser) {
  let busy = false;
  const server = createServer({ requestTimeout: BODY_MS }, async (request, response) => {
    // a page cannot come here, for all its names lead to the app; but if one did, it would say where it is from
    if (request.headers.origin || request.headers["sec-fetch-site"]) return say(response, 403, "not for pages");
    if (request.method === "GET" && request.url === "/ready")
      return browser.ready && !busy ? say(response, 200, "ready") : say(response, 503, busy ? "busy" : "starting");
    if (request.method !== "POST" || request.url !== "/shoot") return say(response, 404, "GET /ready, POST /shoot");
    if (busy || !browser.ready) return say(response, 503, "busy");
    busy = true;
    try {
      const order = readOrder(await bodyOf(request));
      const shots = await shoot(browser, order);
      const body = encode(shots);
      response.writeHead(200, {
        "content-type": "application/octet-stream",
        "content-length": body.length,
        connection: "close",
      });
      response.end(body);
    } catch (error) {
      if (error instanceof InvalidOrder) say(response, 400, error.message);
      else {
        console.error(`camera: ${error.stack}`);
        say(response, 500, `the camera failed: ${String(error.message).slice(0, 300)}`);
      }
    } finally {
      busy = false;
    }
  });
  server.maxConnections = 16;
  server.listen(port, "127.0.0.1");
}
