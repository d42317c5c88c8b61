/** Runs of an edited program: sent to the arena, followed live, told in the Code tab. */
import { type Followed, follow } from "./follow";
import { names, words } from "./shell_words";

export interface Order {
  files: { path: string; text: string }[];
  environment: string;
  entry: string;
  dependencies: string[];
  stdin: string;
  arguments: string[];
  turn: number;
}

/** What the form asks for. Throws an Error that says what is wrong with it. */
export function orderOf(form: HTMLFormElement): Order {
  const data = new FormData(form);
  const all = (name: string) => data.getAll(name).map(String);
  const texts = all("text");
  return {
    // forms send line breaks of their own; programs get those that were typed
    files: all("path").map((path, index) => ({ path, text: (texts[index] ?? "").replaceAll("\r\n", "\n") })),
    environment: String(data.get("environment") ?? ""),
    entry: form.dataset.entry ?? "",
    dependencies: names(String(data.get("dependencies") ?? "")),
    stdin: String(data.get("stdin") ?? "").replaceAll("\r\n", "\n"),
    arguments: words(String(data.get("arguments") ?? "")),
    turn: Number(form.dataset.turn ?? 0),
  };
}

/** Sends the order; the id of the run. Throws an Error with the arena's own words when it is refused. */
export async function begin(battle: string, side: string, order: Order): Promise<string> {
  const response = await fetch(`/api/v1/battles/${battle}/sides/${side}/runs`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(order),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error([answer.detail, answer.hint].filter(Boolean).join(" ") || "It was refused.");
  return String(answer.id);
}

interface Output {
  attempt: number;
  stream: string;
  text: string;
}

/** Shows what the run prints in `place` until it has ended. */
export function show(run: string, place: HTMLElement, tell: (words: string) => void, ended: () => void): () => void {
  let attempt = 0;
  const followed: Followed = {
    last: "ended",
    lost: () => tell("The connection is lost. Trying again; the run goes on."),
    open: (again) => tell(again ? "The connection is back." : "Waiting for a free sandbox."),
    on: {
      state: () => tell("Running."),
      output: (data) => {
        const { attempt: now, stream, text } = data as Output;
        if (now !== attempt) place.replaceChildren();
        attempt = now;
        const piece = document.createElement("span");
        piece.className = stream;
        piece.textContent = text;
        place.append(piece);
      },
      ended: () => ended(),
    },
  };
  return follow(`/api/v1/executions/${run}/events`, followed);
}
