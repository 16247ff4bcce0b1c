/** Where the files of the worker are, for a page whose bundler does not follow URLs in modules. */

export interface FileLocations {
  /** The worker: `standalone/worker/key-backup.worker.js` of this package, or a bundle of `key-backup-sync/worker`. */
  readonly workerUrl?: string | URL | null;
  /** The WebAssembly for it, of exactly the crypto-wasm that is in the worker. Ignored by a worker that is bundled with crypto-wasm 12 or 13. */
  readonly wasmUrl?: string | URL | null;
}

let locations: FileLocations = {};

/**
 * Call it before the first download. URLs are relative to the document. Without `workerUrl`, the bundler says where the worker is; without
 * `wasmUrl`, the WebAssembly is where the worker looks for it. `null` takes a location back. A worker of another origin needs CORS, and
 * `blob:` in the `worker-src` of the page's Content-Security-Policy.
 */
export function configure(changed: FileLocations): void {
  locations = { ...locations, ...changed };
}

export function workerLocation(): URL | null {
  return absolute(locations.workerUrl);
}

export function wasmLocation(): URL | null {
  return absolute(locations.wasmUrl);
}

function absolute(url: string | URL | null | undefined): URL | null {
  return url ? new URL(url, document.baseURI) : null;
}
