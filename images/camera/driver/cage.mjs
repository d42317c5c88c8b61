// Reads from /proc what holds each of Chromium's processes.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

import { sleep } from "./limit.mjs";

const LOOK_MS = 20;

// a zygote without a sandbox of its own is Chromium's habit, for processes that get theirs later
const UNSAFE = /^--(no|disable)-((setuid|seccomp-filter|namespace|gpu)-)?sandbox$/;

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function link(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function field(status, name) {
  return status.match(new RegExp(`^${name}:\\s*(.*)$`, "m"))?.[1] ?? "";
}

function processOf(pid) {
  const status = read(`/proc/${pid}/status`);
  // a process may write over its command line: only its order of words is asked for
  const words = read(`/proc/${pid}/cmdline`).split(/[\0 ]/);
  return {
    pid,
    parent: Number(field(status, "PPid")),
    // what has ended and is not yet waited for says nothing any more
    ended: /^[ZX]/.test(field(status, "State")),
    type: words.find((word) => word.startsWith("--type="))?.slice(7) ?? "",
    words,
    seccomp: Number(field(status, "Seccomp")),
    filters: Number(field(status, "Seccomp_filters")),
    pids: field(status, "NSpid").split(/\s+/).filter(Boolean).map(Number),
    capabilities: field(status, "CapEff"),
    network: link(`/proc/${pid}/ns/net`),
    residentBytes: Number(field(status, "VmRSS").split(" ")[0] || 0) * 1024,
  };
}

/** Every process below this one, it included. */
export function family(root) {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((name) => processOf(Number(name)));
  const found = new Set([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const each of all)
      if (found.has(each.parent) && !found.has(each.pid)) {
        found.add(each.pid);
        grown = true;
      }
  }
  return all.filter((each) => found.has(each.pid));
}

/** The browser and its renderers: what a test compares. */
function readCage(root) {
  const all = family(root);
  const facts = (each) =>
    each && {
      seccomp: each.seccomp,
      filters: each.filters,
      pids: each.pids,
      capabilities: each.capabilities,
      network: each.network,
    };
  return {
    browser: facts(all.find((each) => each.pid === root)) ?? null,
    renderers: all.filter((each) => each.type === "renderer" && !each.ended).map(facts),
    unsafe: all.some((each) => each.words.some((word) => UNSAFE.test(word))),
  };
}

/** The same, once every renderer holds: one that is just starting has not yet closed its cage, and no page either. */
export async function settledCage(root, ms) {
  const end = performance.now() + ms;
  for (;;) {
    const cage = readCage(root);
    if (!wrongWith(cage) || performance.now() > end) return cage;
    await sleep(LOOK_MS);
  }
}

/** "" when every renderer is held by Chromium's own sandbox, on top of the container's. */
export function wrongWith({ browser, renderers, unsafe }) {
  if (unsafe) return "a process was told to do without";
  if (!browser || renderers.length === 0) return "there is no renderer";
  for (const each of renderers) {
    if (each.seccomp !== 2 || each.filters <= browser.filters) return "a renderer has no system-call filter of its own";
    if (each.pids.length <= browser.pids.length) return "a renderer has no pid namespace of its own";
    if (each.network === browser.network) return "a renderer has no network namespace of its own";
    if (!/^0*$/.test(each.capabilities)) return "a renderer has capabilities";
  }
  return "";
}
