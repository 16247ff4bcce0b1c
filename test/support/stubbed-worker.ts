/** Workers whose browser is different: a script runs in each, before its own, and takes away what the test wants to be missing. */

/** From now on, until what it returns is called. */
export function stubWorkers(script: string): () => void {
  const Original = globalThis.Worker;
  const stub = moduleUrl(script);
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(moduleUrl(`import ${JSON.stringify(stub)};\nimport ${JSON.stringify(String(url))};`), options);
    }
  };
  return () => {
    globalThis.Worker = Original;
  };
}

function moduleUrl(source: string): string {
  return URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
}
