/** Calls of a function in a row: the next begins when the one before has ended, well or not. */
export function oneAtATime<Args extends readonly unknown[], Value>(
  work: (...args: Args) => Promise<Value>,
): (...args: Args) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const call = last.then(() => work(...args));
    last = call.catch(() => {});
    return call;
  };
}
