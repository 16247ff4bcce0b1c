/** For pages without the test runner. */

/** Milliseconds. */
const BETWEEN_LOOKS = 20;
const LONGEST_WAIT = 60_000;

/** Resolves as soon as it is so. @throws if it is not within a minute */
export async function until(test: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + LONGEST_WAIT;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
}
