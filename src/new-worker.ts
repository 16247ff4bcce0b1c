/** Starts the worker: from where the bundler puts it, or from where `configure()` says, also with Trusted Types. */
import { workerLocation } from "./configure.js";
import { KeyBackupSyncError } from "./errors.js";

/** Of the Trusted Types API, which TypeScript does not know. */
interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy;
}

interface Policy {
  createScriptURL(url: string): string;
}

/** What a `trusted-types` directive has to allow. */
const POLICY_NAME = "key-backup-sync";

const blobUrls = new Map<string, string>();
let policy: Policy | null | undefined;

/** @throws KeyBackupSyncError `worker-unavailable` */
export function newWorker(): Worker {
  try {
    const location = workerLocation();
    return location ? workerAt(location) : bundledWorker();
  } catch (cause) {
    throw new KeyBackupSyncError("worker-unavailable", { cause });
  }
}

function workerAt(location: URL): Worker {
  const url = location.origin === globalThis.location.origin ? location.href : blobUrlOf(location.href);
  return new globalThis.Worker(trusted(url), { type: "module" });
}

/** A worker must come from the origin of the page; what it imports need not. */
function blobUrlOf(url: string): string {
  const known = blobUrls.get(url);
  if (known) return known;
  const blob = new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" });
  const blobUrl = URL.createObjectURL(blob);
  blobUrls.set(url, blobUrl);
  return blobUrl;
}

/**
 * Bundlers find the worker by the very words `new Worker(new URL("...", import.meta.url), { type: "module" })`, without anything in between
 * and with options of literals only. With Trusted Types, the URL has to go through a policy: so the constructor of that name does that,
 * for this one call. Nothing else runs meanwhile.
 */
function bundledWorker(): Worker {
  const { Worker: Original } = globalThis;
  if (trustedTypesPolicy()) globalThis.Worker = withTrustedUrl(Original);
  try {
    return new Worker(new URL("./worker/key-backup.worker.js", import.meta.url), { type: "module" });
  } finally {
    globalThis.Worker = Original;
  }
}

function withTrustedUrl(Original: typeof Worker): typeof Worker {
  return class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(trusted(String(url)), options);
    }
  };
}

function trusted(url: string): string {
  return trustedTypesPolicy()?.createScriptURL(url) ?? url;
}

/** `null` where there are no Trusted Types, or the page forbids the policy: it may not require trusted URLs at all. */
function trustedTypesPolicy(): Policy | null {
  if (policy === undefined) policy = makePolicy();
  return policy;
}

function makePolicy(): Policy | null {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  try {
    return trustedTypes?.createPolicy(POLICY_NAME, { createScriptURL: (url) => url }) ?? null;
  } catch {
    return null;
  }
}
