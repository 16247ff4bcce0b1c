/** The workers that the page makes from now on, at hand once they have said something. */
const workers = new Set<Worker>();

globalThis.Worker = class extends Worker {
  constructor(...options: ConstructorParameters<typeof Worker>) {
    super(...options);
    // One that dies before cannot be told from one that is slow to load: no page could notice.
    this.addEventListener("message", () => workers.add(this), { once: true });
  }
};

/** Ends them all, without a word to whoever made them. */
export function terminateWorkers(): void {
  for (const worker of workers) worker.terminate();
  workers.clear();
}
