// The camera's program: a caged Chromium that is up before anybody asks, and one HTTP port that takes orders for it.
import { mkdirSync } from "node:fs";

import { Browser } from "./browser.mjs";
import { settledCage, wrongWith } from "./cage.mjs";
import { forward } from "./forwarder.mjs";
import { serve } from "./server.mjs";

const PORT = Number(process.env.CAMERA_PORT ?? 8200);
const APP_PORT = 8300;
const CAGE_MS = 5000;
const APP_SOCKET = process.env.CAMERA_APP_SOCKET ?? "/run/arena/web.sock";
// shared memory of the browser lies in files here; /tmp and /dev/shm are too small for it
const SCRATCH = `${process.env.HOME}/tmp`;

function refuse(why) {
  console.error(`camera: ${why}`);
  process.exit(1);
}

mkdirSync(SCRATCH, { recursive: true });
process.env.TMPDIR = SCRATCH;
await forward(APP_PORT, APP_SOCKET);
const browser = new Browser({ appPort: APP_PORT, scratch: SCRATCH });
try {
  await browser.start();
} catch (error) {
  // never without its sandbox: a host that cannot give it one has no camera
  refuse(`Chromium did not start inside its own sandbox: ${String(error.message).slice(0, 4000)}`);
}
const wrong = wrongWith(await settledCage(browser.pid, CAGE_MS));
if (wrong) refuse(`Chromium's own sandbox is not on: ${wrong}`);
serve(PORT, browser);
