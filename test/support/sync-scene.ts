/** A backup on a scripted homeserver, a host with its decryption key, and controllers over both: what most tests begin with. */
import {
  type KeyBackupSyncController as Controller,
  KeyBackupSyncController,
  type KeyBackupSyncState,
} from "../../src/index.js";
import type { KeyBackup } from "./room-keys.mjs";
import { makeKeyBackup } from "./room-keys.mjs";
import {
  type Script,
  type ScriptedAnswer,
  type ScriptedHomeserver,
  type Step,
  scriptedHomeserver,
} from "./scripted-homeserver.js";
import { TestHost } from "./test-host.js";

export const VERSION_PATH = "/_matrix/client/v3/room_keys/version";
export const KEYS_PATH = "/_matrix/client/v3/room_keys/keys";
export const ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2";

export type ScriptedAnswers = ScriptedAnswer | readonly ScriptedAnswer[];

export interface SceneOptions {
  readonly keys?: number;
  readonly rooms?: number;
  /** Instead of the right ones, which get the backup to make theirs from. */
  readonly version?: (backup: KeyBackup) => ScriptedAnswers;
  readonly answer?: (backup: KeyBackup) => ScriptedAnswers;
  /** More routes. */
  readonly routes?: (backup: KeyBackup) => Script;
  /** False: the device does not know it. */
  readonly knowsKey?: boolean;
}

/** Half of the answer, then nothing more until it is released, under the name `rest`; the whole of it from the second time on. */
export const HALF: SceneOptions = {
  answer: ({ response }) => {
    const text = JSON.stringify(response);
    const middle = Math.floor(text.length / 2);
    const steps = [{ send: text.slice(0, middle) }, { until: "rest" }, { send: text.slice(middle) }];
    return [{ body: steps }, { json: response }];
  },
};

export class SyncScene {
  readonly backup: KeyBackup;
  readonly homeserver: ScriptedHomeserver;
  readonly host: TestHost;
  readonly #controllers: Controller[] = [];

  private constructor(backup: KeyBackup, homeserver: ScriptedHomeserver, host: TestHost) {
    this.backup = backup;
    this.homeserver = homeserver;
    this.host = host;
  }

  static async open(options: SceneOptions = {}): Promise<SyncScene> {
    const backup = await makeKeyBackup({ keys: options.keys ?? 12, rooms: options.rooms ?? 3 });
    const homeserver = await scriptedHomeserver(scriptOf(backup, options));
    const decryptionKey = options.knowsKey === false ? null : backup.decryptionKey;
    return new SyncScene(backup, homeserver, new TestHost({ homeserverUrl: homeserver.url, decryptionKey }));
  }

  /** As by opening the page: a controller of its own, with a worker of its own. */
  controller(): Controller {
    const controller = new KeyBackupSyncController(this.host);
    this.#controllers.push(controller);
    return controller;
  }

  /** How often this path was asked for. */
  async requestsFor(path: string): Promise<number> {
    return (await this.homeserver.requests()).filter((request) => request.path === path).length;
  }

  /** The same account with another backup, as after a reset from another device. */
  async replaceBackup(version: string, backup: KeyBackup): Promise<void> {
    await this.homeserver.script({
      [VERSION_PATH]: versionAnswer(backup, { version }),
      [KEYS_PATH]: { json: backup.response },
    });
  }

  async close(): Promise<void> {
    for (const controller of this.#controllers) controller.close();
    await this.homeserver.close();
  }
}

function scriptOf(backup: KeyBackup, { version, answer, routes }: SceneOptions): Script {
  return {
    ...routes?.(backup),
    [VERSION_PATH]: version?.(backup) ?? versionAnswer(backup),
    [KEYS_PATH]: answer?.(backup) ?? { json: backup.response },
  };
}

export function versionAnswer(backup: KeyBackup, changes: Readonly<Record<string, unknown>> = {}): ScriptedAnswer {
  const auth_data = { public_key: backup.publicKey, signatures: {} };
  const info = { algorithm: ALGORITHM, version: "1", etag: "1", count: backup.roomKeys.length };
  return { json: { ...info, auth_data, ...changes } };
}

/** The path of one room's keys. */
export function roomPath(roomId: string): string {
  return `${KEYS_PATH}/${encodeURIComponent(roomId)}`;
}

/** What the homeserver answers for each room by itself. */
export function roomRoutes({ response }: KeyBackup): Script {
  return Object.fromEntries(Object.entries(response.rooms).map(([roomId, room]) => [roomPath(roomId), { json: room }]));
}

/** The whole answer, up to that part of it, and then what follows. */
export function cutAnswer({ response }: KeyBackup, part: number, ...steps: readonly Step[]): ScriptedAnswer {
  const text = JSON.stringify(response);
  return { body: [{ send: text.slice(0, Math.floor(text.length * part)) }, ...steps] };
}

type StateOf<Status extends KeyBackupSyncState["status"]> = Extract<KeyBackupSyncState, { status: Status }>;

/** Resolves with the first state of that status, from now on, that passes the test. */
export function whenStatus<Status extends KeyBackupSyncState["status"]>(
  controller: Controller,
  status: Status,
  test: (state: StateOf<Status>) => boolean = () => true,
): Promise<StateOf<Status>> {
  return new Promise((resolve) => {
    const look = () => {
      const { state } = controller;
      if (state.status !== status || !test(state as StateOf<Status>)) return;
      controller.removeEventListener("statechange", look);
      resolve(state as StateOf<Status>);
    };
    controller.addEventListener("statechange", look);
    look();
  });
}
