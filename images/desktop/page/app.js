// Shows the program's display over the whole window and sends keyboard and mouse. Nothing here reads or writes a
// clipboard: the VNC client's own is given no listener and no text.
import RFB from "@novnc/novnc";

const ATTEMPTS = 20;
const WAIT_MILLISECONDS = 500;
const screen = document.getElementById("screen");
const note = document.getElementById("note");
const server = location.origin.replace(/^http/, "ws");

let display = null;
let attempts = 0;
let ended = false;

function say(text) {
  note.textContent = text;
  note.hidden = text === "";
}

function connect() {
  display = new RFB(screen, `${server}/screen`, { shared: true });
  display.scaleViewport = true;
  display.background = "transparent";
  display.qualityLevel = 8;
  display.compressionLevel = 1;
  display.addEventListener("connect", () => {
    attempts = 0;
    if (!ended) say("");
    display.focus({ preventScroll: true });
  });
  display.addEventListener("disconnect", () => {
    if (ended) return;
    attempts += 1;
    if (attempts < ATTEMPTS) setTimeout(connect, WAIT_MILLISECONDS);
    else say("The program can no longer be reached.");
  });
}

// The display goes away with a program that fails: what it showed last stays as a picture.
function keepPicture() {
  try {
    const picture = display.getImageData();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").putImageData(picture, 0, 0);
    display.disconnect();
    screen.replaceChildren(canvas);
  } catch {
    // there was no picture yet
  }
}

function watch() {
  const states = new WebSocket(`${server}/state`);
  states.addEventListener("message", (event) => {
    const code = JSON.parse(event.data).exit_code;
    if (code === null) return;
    ended = true;
    say(`The program has ended (exit code ${code})`);
    if (code !== 0) keepPicture();
  });
  states.addEventListener("close", () => {
    if (!ended && attempts < ATTEMPTS) setTimeout(watch, WAIT_MILLISECONDS);
  });
}

for (const name of ["focus", "pointerdown", "pageshow"]) {
  window.addEventListener(name, () => display?.focus({ preventScroll: true }));
}
connect();
watch();
