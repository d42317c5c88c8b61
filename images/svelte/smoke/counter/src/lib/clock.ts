import { derived, writable } from "svelte/store";

export const elapsed = writable<number>(0);
export const running = writable(false);
export const laps = writable<number[]>([]);

export const shown = derived(elapsed, (value: number) => format(value));

export function format(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60000);
  const seconds = Math.floor((milliseconds % 60000) / 1000);
  const hundredths = Math.floor((milliseconds % 1000) / 10);
  return [minutes, seconds, hundredths].map((part) => String(part).padStart(2, "0")).join(":");
}
