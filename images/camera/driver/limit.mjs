// Every wait has an end.

export class TimedOut extends Error {}

export const sleep = (ms) => new Promise((done) => setTimeout(done, Math.max(0, ms)));

/** The promise's value, or TimedOut after so long; what comes later is dropped. */
export async function within(ms, promise) {
  let timer;
  promise.catch(() => {});
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new TimedOut(`no answer in ${Math.round(ms)} ms`)), Math.max(0, ms));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class Deadline {
  #end;

  constructor(seconds) {
    this.started = performance.now();
    this.#end = this.started + seconds * 1000;
  }

  /** Milliseconds left, at most this many. */
  left(most = Infinity) {
    return Math.max(0, Math.min(most, this.#end - performance.now()));
  }

  get over() {
    return this.left() <= 0;
  }

  /** Seconds since the start. */
  get seconds() {
    return (performance.now() - this.started) / 1000;
  }
}
