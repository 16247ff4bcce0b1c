/** A homeserver at the end of a slow line, and a clock that goes slower where the machine does. */
import type { KeyBackup } from "./room-keys.mjs";
import type { ScriptedAnswer, Step } from "./scripted-homeserver.js";

/** Milliseconds between two slices of the answer. */
const BETWEEN_SLICES = 50;

/** All room keys of the backup, at that many bytes a second. */
export function slowAnswer({ response }: KeyBackup, bytesPerSecond: number): ScriptedAnswer {
  const text = JSON.stringify(response);
  const size = Math.ceil((bytesPerSecond * BETWEEN_SLICES) / 1000);
  const steps: Step[] = [];
  for (let at = 0; at < text.length; at += size)
    steps.push({ send: text.slice(at, at + size) }, { wait: BETWEEN_SLICES });
  return { body: steps };
}

/**
 * How long the work takes, in milliseconds, counted by a timer of this page that is due as often as a slice of the answer. On a machine
 * with too much to do the timer is late too, so a limit for this count holds there as well.
 */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  let slices = 0;
  const timer = setInterval(() => slices++, BETWEEN_SLICES);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return slices * BETWEEN_SLICES;
}
