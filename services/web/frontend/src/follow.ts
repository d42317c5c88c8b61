/** A stream of events that is taken up again where it was cut, and says so while it is cut. */

export interface Followed {
  /** Handlers by kind of event; each gets the event's data. */
  on: Record<string, (data: unknown) => void>;
  /** The kind after which nothing comes. */
  last: string;
  lost: () => void;
  /** The stream is open; `again` tells that it had been cut. */
  open: (again: boolean) => void;
}

export interface Source {
  readyState: number;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  addEventListener(kind: string, handle: (event: MessageEvent) => void): void;
  close(): void;
}

const CLOSED = 2;
const WAIT_MILLISECONDS = [1000, 2000, 4000, 8000, 15000];

/** Follows `address` to its last event. The browser resumes by itself unless the server refused: then we do. */
export function follow(address: string, followed: Followed, make: (address: string) => Source = connect): () => void {
  let [cursor, attempts, cut, ended] = ["", 0, false, false];
  let source: Source | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source = make(cursor ? `${address}?last_event_id=${encodeURIComponent(cursor)}` : address);
    for (const [kind, handle] of Object.entries(followed.on)) {
      source.addEventListener(kind, (event) => {
        if (ended) return;
        if (event.lastEventId) cursor = event.lastEventId;
        if (kind === followed.last) stop();
        handle(JSON.parse(event.data));
      });
    }
    source.onopen = () => {
      followed.open(cut);
      [attempts, cut] = [0, false];
    };
    source.onerror = () => {
      if (ended) return;
      cut = true;
      followed.lost();
      if (source?.readyState !== CLOSED) return;
      const wait = WAIT_MILLISECONDS[Math.min(attempts++, WAIT_MILLISECONDS.length - 1)];
      timer = setTimeout(open, wait);
    };
  }

  function stop(): void {
    ended = true;
    clearTimeout(timer);
    source?.close();
  }

  open();
  return stop;
}

function connect(address: string): Source {
  return new EventSource(address);
}
