/** Measures from inside the page how long a piece of work keeps everything else waiting. */

/**
 * The longest time, in milliseconds, that no other task got its turn while the work went on. It posts a message to itself all the
 * while, which costs some of the time: for samples, not for every piece of work.
 */
export async function longestBlockOf(work: () => Promise<void>): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  port1.onmessage = () => {
    note();
    port2.postMessage(null);
  };
  port2.postMessage(null);
  try {
    await work();
  } finally {
    note();
    port1.close();
  }
  return longest;
}
