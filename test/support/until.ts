/** Waits of tests. They have one limit, and a long one: how fast a busy machine is says nothing about what is tested. */

/** Milliseconds. */
const BETWEEN_LOOKS = 20;
const LONGEST_WAIT = 60_000;

/** Resolves as soon as the test is true. @throws if it is not within a minute */
export async function until(test: () => unknown, what = "what the test expects"): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`Timed out after ${LONGEST_WAIT / 1000} s waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
}
