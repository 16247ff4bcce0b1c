import { expect } from "@open-wc/testing";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import type { RescuedKeys } from "../../src/index.js";
import { archiveOf, gunzip, gzip, HEADER } from "../support/archives.js";
import { codeOf } from "../support/code-of.js";
import { type KeyBackup, makeKeyBackup } from "../support/room-keys.mjs";
import { SyncScene } from "../support/sync-scene.js";

const GOOD = 100;

describe("An archive that is imported", () => {
  let scene: SyncScene;

  afterEach(() => scene.close());

  async function importOf({ decryptionKey }: KeyBackup, file: Blob): Promise<RescuedKeys> {
    const bytes = Uint8Array.from(atob(decryptionKey), (character) => character.charCodeAt(0));
    return scene.controller().importRescueCopy(file, encodeRecoveryKey(bytes) as string);
  }

  async function archived(backup: KeyBackup): Promise<Blob> {
    return archiveOf([JSON.stringify(backup.response)], { ...HEADER, publicKey: backup.publicKey });
  }

  /** Session IDs in the order in which they are in the archive. */
  function sessionsOf({ response }: KeyBackup): string[] {
    return Object.values(response.rooms).flatMap(({ sessions }) => Object.keys(sessions));
  }

  const orders: [what: string, keys: number, isRefused: (at: number) => boolean][] = [
    ["300 that the crypto store refuses come first", 300 + GOOD, (at) => at < 300],
    ["300 that the crypto store refuses come last", 300 + GOOD, (at) => at >= GOOD],
    ["every other one is refused", 2 * GOOD, (at) => at % 2 === 0],
    ["the good ones are in the middle of the refused", 300 + GOOD, (at) => at < 150 || at >= 150 + GOOD],
  ];
  for (const [what, keys, isRefused] of orders) {
    it(`gives every good room key when ${what}`, async function () {
      this.timeout(60_000);
      scene = await SyncScene.open({ keys: 1 });
      const backup = await makeKeyBackup({ keys, rooms: 1 });
      for (const [at, id] of sessionsOf(backup).entries()) if (isRefused(at)) scene.host.refused.add(id);
      expect(await importOf(backup, await archived(backup))).to.deep.equal({ imported: GOOD, failed: keys - GOOD });
      expect(scene.host.imported.size).to.equal(GOOD);
    });
  }

  it("fails when the crypto store refuses every room key", async () => {
    scene = await SyncScene.open({ keys: 1 });
    const backup = await makeKeyBackup({ keys: 400, rooms: 1 });
    for (const id of sessionsOf(backup)) scene.host.refused.add(id);
    expect(await codeOf(importOf(backup, await archived(backup)))).to.equal("import-failed");
  });

  it("gives every room key also when it was unpacked on a device with CRLF, or packed again", async () => {
    scene = await SyncScene.open({ keys: 1 });
    const backup = await makeKeyBackup({ keys: 40, rooms: 3 });
    const file = await archived(backup);
    const unpacked = new Blob([`\ufeff${(await gunzip(file)).replaceAll("\n", "\r\n")}`]);
    for (const changed of [unpacked, await gzip(file)])
      expect(await importOf(backup, changed)).to.deep.equal({ imported: 40, failed: 0 });
    expect(scene.host.imported.size).to.equal(40);
  });

  it("says so when it is a key export", async () => {
    scene = await SyncScene.open({ keys: 1 });
    const file = new Blob(["-----BEGIN MEGOLM SESSION DATA-----\nAA==\n-----END MEGOLM SESSION DATA-----\n"]);
    expect(await codeOf(importOf(await makeKeyBackup({ keys: 1, rooms: 1 }), file))).to.equal(
      "rescue-copy-is-key-export",
    );
  });
});
