/** A real Synapse for tests: started when first asked for, one for the whole run, all engines and all test files. */
import { callNode } from "./node-call.js";

export interface RegisteredUser {
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

export interface SeededKeyBackup {
  readonly version: string;
  /** Number of room keys. */
  readonly count: number;
  /** Base64, as is the public key. */
  readonly decryptionKey: string;
  readonly publicKey: string;
}

export interface SeedOptions {
  readonly userId: string;
  readonly keys: number;
  /** 100 of them, if that is not told. */
  readonly rooms?: number;
  /** Characters of a room ID, where they are to be long ones. */
  readonly idLength?: number;
}

export interface TestSynapse {
  /** Base URL, no slash at its end. */
  readonly url: string;
  /** A user with a first device. The name gets a random end: other engines run the same test on the same Synapse. */
  registerUser(name: string, password: string): Promise<RegisteredUser>;
  /** A new backup version of synthetic room keys, as if a device of the user had uploaded them. The same size is the same keys. */
  seedKeyBackup(options: SeedOptions): Promise<SeededKeyBackup>;
}

export async function startSynapseForTest(): Promise<TestSynapse> {
  const { url } = await callNode<{ url: string }>("synapse/start", {});
  return {
    url,
    registerUser: (name, password) =>
      callNode("synapse/register", { name: `${name}-${crypto.randomUUID().slice(0, 8)}`, password }),
    seedKeyBackup: (options) => callNode("synapse/seed", options),
  };
}
