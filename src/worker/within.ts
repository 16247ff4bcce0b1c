/** Not to wait for ever for what may never come. */

/** @throws what `fault` makes, if the work has not ended after that time; it is not ended by that */
export async function within<Value>(milliseconds: number, work: Promise<Value>, fault: () => Error): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault()), milliseconds);
  });
  try {
    return await Promise.race([work, givenUp]);
  } finally {
    clearTimeout(timer);
  }
}
