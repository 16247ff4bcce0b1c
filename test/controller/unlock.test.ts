import { expect } from "@open-wc/testing";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import encryptAESSecretStorageItem from "matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js";
import { KeyBackupSyncError } from "../../src/index.js";
import { codeOf } from "../support/code-of.js";
import { makePassphraseBackup, SALTED } from "../support/passphrase-backup.js";
import { type KeyBackup, makeBackupKeyPair } from "../support/room-keys.mjs";
import type { ScriptedAnswer } from "../support/scripted-homeserver.js";
import { KEYS_PATH, SyncScene, VERSION_PATH, versionAnswer, whenStatus } from "../support/sync-scene.js";

const KEYS = 12;
const STORAGE_KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const RECOVERY_KEY = encodeRecoveryKey(STORAGE_KEY) as string;
const PASSPHRASE = "correct horse battery staple";
const SECRET = "m.megolm_backup.v1";
const DEFAULT_KEY = "m.secret_storage.default_key";
const DESCRIPTION = "m.secret_storage.key.k";
const NOT_FOUND: ScriptedAnswer = { status: 404, json: { errcode: "M_NOT_FOUND" } };
const UNAVAILABLE: ScriptedAnswer = { status: 503, body: "<html>" };
/** With the code of 32 zero bytes, as matrix-js-sdk makes it. */
const described = async (key = STORAGE_KEY) => {
  const { iv, mac } = await encryptAESSecretStorageItem("\0".repeat(32), key, "");
  return { json: { algorithm: "m.secret_storage.v1.aes-hmac-sha2", iv, mac } };
};

function dataPath(type: string): string {
  return `/_matrix/client/v3/user/{userId}/account_data/${type}`;
}

function bytesOf(base64: string) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function secretOf(text: string): Promise<ScriptedAnswer> {
  return { json: { encrypted: { k: await encryptAESSecretStorageItem(text, STORAGE_KEY, SECRET) } } };
}

type AccountData = Readonly<Record<string, ScriptedAnswer | readonly ScriptedAnswer[]>>;

describe("Unlocking", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  it("ends when that is aborted, and what was entered is forgotten", async () => {
    const controller = await openLocked();
    await scriptData({ [SECRET]: { body: [{ until: "answered" }, { send: "{}" }] } });
    const given = new AbortController();
    const unlocked = controller.unlock(RECOVERY_KEY, { signal: given.signal });
    await scene.homeserver.requested(
      dataPath(SECRET).replace("{userId}", encodeURIComponent(scene.host.account.userId)),
    );
    given.abort(new Error("another thought"));
    expect(await unlocked.catch(({ message }) => message)).to.equal("another thought");
    await scene.homeserver.release("answered");
  });

  /** Downloaded, before there was any account data. */
  async function openLocked() {
    scene = await SyncScene.open({ keys: KEYS, knowsKey: false });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    return controller;
  }

  async function scriptData(data: AccountData): Promise<void> {
    const routes = Object.entries(data).map(([type, answer]) => [dataPath(type), answer] as const);
    await scene.homeserver.script({
      ...Object.fromEntries(routes),
      [dataPath("{type}")]: NOT_FOUND,
      [VERSION_PATH]: versionAnswer(scene.backup),
      [KEYS_PATH]: { json: scene.backup.response },
    });
  }

  async function expectComplete(controller: Awaited<ReturnType<typeof openLocked>>): Promise<void> {
    await whenStatus(controller, "complete");
    expect(scene.host.imported.size).to.equal(KEYS);
  }

  const asBase64 = ({ decryptionKey }: KeyBackup) => secretOf(decryptionKey);
  const opening: readonly [what: string, data: (backup: KeyBackup) => Promise<AccountData>][] = [
    ["with a description that is gone", async (backup) => ({ [SECRET]: await asBase64(backup) })],
    [
      "with a damaged description",
      async (backup) => ({ [SECRET]: await asBase64(backup), [DESCRIPTION]: { json: [] } }),
    ],
    [
      "with a description that cannot be read now",
      async (backup) => ({ [SECRET]: await asBase64(backup), [DESCRIPTION]: UNAVAILABLE }),
    ],
    [
      "with the backup's key as 32 integers with commas",
      async ({ decryptionKey }) => ({ [SECRET]: await secretOf([...bytesOf(decryptionKey)].join(",")) }),
    ],
  ];
  for (const [what, data] of opening) {
    it(`takes the recovery key of a secret storage ${what}`, async () => {
      const controller = await openLocked();
      await scriptData(await data(scene.backup));
      await controller.unlock(RECOVERY_KEY);
      await expectComplete(controller);
    });
  }

  it("takes the backup's own recovery key while the homeserver does not answer", async () => {
    const controller = await openLocked();
    await scriptData({ [SECRET]: UNAVAILABLE, [DEFAULT_KEY]: UNAVAILABLE });
    await controller.unlock(encodeRecoveryKey(bytesOf(scene.backup.decryptionKey)) as string);
    await expectComplete(controller);
  });

  const right = async () => ({ [DEFAULT_KEY]: { json: { key: "k" } }, [DESCRIPTION]: await described() });
  const refused: readonly [what: string, data: () => Promise<AccountData>, code: string][] = [
    ["the account has no secret storage", async () => ({}), "decryption-key-mismatch"],
    [
      "the secret storage has another key",
      async () => ({
        [DEFAULT_KEY]: { json: { key: "k" } },
        [DESCRIPTION]: await described(STORAGE_KEY.map((b) => b + 1)),
      }),
      "decryption-key-mismatch",
    ],
    ["the secret storage has no backup key", right, "backup-key-not-stored"],
    [
      "the backup key in it was emptied",
      async () => ({ ...(await right()), [SECRET]: { json: {} } }),
      "backup-key-not-stored",
    ],
    [
      "the secret storage has the key of another backup",
      async () => ({ [SECRET]: await secretOf((await makeBackupKeyPair()).decryptionKey) }),
      "stored-backup-key-mismatch",
    ],
  ];
  for (const [what, data, code] of refused) {
    it(`ends in ${code} where ${what}`, async () => {
      const controller = await openLocked();
      await scriptData(await data());
      expect(await codeOf(controller.unlock(RECOVERY_KEY))).to.equal(code);
    });
  }

  const busy: readonly [what: string, answer: ScriptedAnswer][] = [
    ["fails with 503", UNAVAILABLE],
    ["asks to slow down", { status: 429, headers: { "Retry-After": "1" }, json: { errcode: "M_LIMIT_EXCEEDED" } }],
    ["breaks off", { body: [{ send: '{"encrypted"' }, { cut: true }] }],
    ["answers as a captive portal", { body: "<html>Sign in</html>" }],
  ];
  for (const [what, answer] of busy) {
    it(`is done by itself later where the homeserver ${what} at first`, async () => {
      const controller = await openLocked();
      await scriptData({ [SECRET]: [answer, await asBase64(scene.backup)] });
      const error = await controller.unlock(RECOVERY_KEY).catch((cause: unknown) => cause as KeyBackupSyncError);
      expect([error?.code, error?.nextMove]).to.deep.equal(["recovery-key-unchecked", "wait"]);
      await error?.outcome;
      await expectComplete(controller);
    });
  }

  it("tells later what became of a wrong recovery key that could not be checked", async () => {
    const controller = await openLocked();
    await scriptData({ [SECRET]: [UNAVAILABLE, NOT_FOUND] });
    const error = await controller.unlock(RECOVERY_KEY).catch((cause: unknown) => cause as KeyBackupSyncError);
    expect(error).to.be.instanceOf(KeyBackupSyncError);
    expect(await codeOf(error?.outcome as Promise<void>)).to.equal("decryption-key-mismatch");
  });

  for (const way of ["stop", "erase", "close"] as const) {
    it(`forgets what could not be checked at ${way}()`, async () => {
      const controller = await openLocked();
      await scriptData({ [SECRET]: UNAVAILABLE });
      const error = await controller.unlock(RECOVERY_KEY).catch((cause: unknown) => cause as KeyBackupSyncError);
      await controller[way]();
      const reason = await error?.outcome?.then(
        () => null,
        (cause: unknown) => cause,
      );
      expect(reason).to.be.instanceOf(DOMException).with.property("name", "AbortError");
    });
  }

  it("takes the passphrase of a backup that keeps salt and rounds itself, also in its rescue copy", async () => {
    const backup = await makePassphraseBackup(KEYS, PASSPHRASE);
    const auth_data = { public_key: backup.publicKey, ...SALTED };
    scene = await SyncScene.open({ keys: 1, knowsKey: false });
    await scene.homeserver.script({
      [VERSION_PATH]: versionAnswer(backup, { auth_data }),
      [KEYS_PATH]: { json: backup.response },
    });
    const controller = scene.controller();
    await controller.start();
    await whenStatus(controller, "waiting", ({ reason }) => reason === "decryption-key");
    const file = await new Response((await controller.rescueCopy(null)).stream).blob();
    expect(await codeOf(controller.unlock("incorrect horse"))).to.equal("decryption-key-mismatch");
    await scene.homeserver.script({ [VERSION_PATH]: UNAVAILABLE, [dataPath("{type}")]: UNAVAILABLE });
    await controller.unlock(PASSPHRASE);
    await scene.homeserver.script({ [VERSION_PATH]: versionAnswer(backup, { auth_data }) });
    await expectComplete(controller);
    const other = await SyncScene.open({ keys: 1 });
    const rescued = await other.controller().importRescueCopy(file, PASSPHRASE);
    expect(rescued).to.deep.equal({ imported: KEYS, failed: 0 });
    await other.close();
  });
});
