import { expect } from "@open-wc/testing";
import { deriveRecoveryKeyFromPassphrase } from "matrix-js-sdk/lib/crypto-api/key-passphrase.js";
import { encodeRecoveryKey } from "matrix-js-sdk/lib/crypto-api/recovery-key.js";
import encryptAESSecretStorageItem from "matrix-js-sdk/lib/utils/encryptAESSecretStorageItem.js";
import { writeArchive } from "../../src/worker/rescue/archive.js";
import type { ArchiveHeader } from "../../src/worker/rescue/archive-header.js";
import { OpenArchive } from "../../src/worker/rescue/open-archive.js";
import type {
  EncryptedSecret,
  PassphraseDescription,
  StoredBackupKey,
} from "../../src/worker/rescue/stored-backup-key.js";
import { fileOf, listOf, segmentsOf } from "../support/async-pieces.js";
import { codeOf } from "../support/code-of.js";
import { makePassphraseBackup } from "../support/passphrase-backup.js";
import { type KeyBackup, makeBackupKeyPair, makeKeyBackup } from "../support/room-keys.mjs";

const ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2";
const PASSPHRASE = "correct horse battery staple";
const NO_FAILURES = { malformed: 0, undecryptable: 0, rejected: 0 };

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function recoveryKeyOf(base64: string): string {
  return encodeRecoveryKey(bytesOf(base64)) as string;
}

/** As matrix-js-sdk stores it. */
async function stored(
  decryptionKey: string,
  storageKey: Uint8Array<ArrayBuffer>,
  passphrase?: PassphraseDescription,
): Promise<StoredBackupKey & { secret: EncryptedSecret }> {
  const secret = await encryptAESSecretStorageItem(decryptionKey, storageKey, "m.megolm_backup.v1");
  return { keyId: "k", description: { algorithm: ALGORITHM, ...(passphrase && { passphrase }) }, secret };
}

describe("An archive that is opened", () => {
  let backup: KeyBackup;
  let json: string;

  before(async () => {
    backup = await makeKeyBackup({ keys: 60, rooms: 4 });
    json = JSON.stringify(backup.response);
  });

  function archive({
    segments = [json],
    secretStorage = [] as ArchiveHeader["secretStorage"],
    passphrase = null as PassphraseDescription | null,
  } = {}): Promise<Blob> {
    const header: ArchiveHeader = {
      userId: "@reader:example.org",
      madeAt: "2026-01-02T03:04:05.678Z",
      backup: { version: "7", etag: "42", count: 60 },
      algorithm: "m.megolm_backup.v1.curve25519-aes-sha2",
      publicKey: backup.publicKey,
      secretStorage,
      passphrase,
    };
    return fileOf(writeArchive(header, segmentsOf(segments)));
  }

  async function batchesOf(file: Blob, recoveryKey = recoveryKeyOf(backup.decryptionKey), limit = 1000) {
    const opened = await OpenArchive.open(file, recoveryKey);
    const batches = await listOf(opened.batches(limit));
    opened.close();
    return batches;
  }

  async function expectAllKeys(file: Blob, recoveryKey?: string): Promise<void> {
    const batches = await batchesOf(file, recoveryKey);
    const ids = batches.flatMap(({ roomKeys }) => roomKeys).map(({ session_id }) => session_id);
    expect(ids.sort()).to.deep.equal(backup.roomKeys.map(({ session_id }) => session_id).sort());
  }

  describe("by the recovery key of the backup", () => {
    it("gives every room key as it was backed up", async () => {
      await expectAllKeys(await archive());
      const [batch] = await batchesOf(await archive());
      expect(batch?.roomKeys[0]).to.deep.equal(backup.roomKeys[0]);
    });

    it("gives them in batches no larger than asked for", async () => {
      const sizes = (await batchesOf(await archive(), undefined, 25)).map(({ roomKeys }) => roomKeys.length);
      expect(sizes).to.deep.equal([25, 25, 10]);
    });

    it("gives nothing and says so when the key is that of another backup", async () => {
      const { decryptionKey } = await makeBackupKeyPair();
      const code = await codeOf(OpenArchive.open(await archive(), recoveryKeyOf(decryptionKey)));
      expect(code).to.equal("decryption-key-mismatch");
    });

    it("says so when there is a typing error in it", async () => {
      const typed = recoveryKeyOf(backup.decryptionKey).slice(0, -1);
      expect(await codeOf(OpenArchive.open(await archive(), typed))).to.equal("recovery-key-invalid");
    });

    it("gives nothing of a file that is cut", async () => {
      const file = await archive();
      const opened = OpenArchive.open(file.slice(0, -1), recoveryKeyOf(backup.decryptionKey));
      expect(await codeOf(opened)).to.equal("rescue-copy-damaged");
    });
  });

  describe("by what opens the account's secret storage", () => {
    const storageKey = Uint8Array.from({ length: 32 }, (_, at) => at);
    const description = { algorithm: "m.pbkdf2", salt: "sodium", iterations: 1000 };

    it("gives every room key by its recovery key", async () => {
      const secretStorage = [await stored(backup.decryptionKey, storageKey)];
      await expectAllKeys(await archive({ secretStorage }), encodeRecoveryKey(storageKey));
    });

    it("gives every room key by its passphrase", async () => {
      const key = await deriveRecoveryKeyFromPassphrase(PASSPHRASE, description.salt, description.iterations);
      const secretStorage = [await stored(backup.decryptionKey, new Uint8Array(key), description)];
      await expectAllKeys(await archive({ secretStorage }), PASSPHRASE);
      await expectAllKeys(await archive({ secretStorage }), encodeRecoveryKey(key));
    });

    it("tries what costs least first, and not what others have left no time for", async () => {
      const key = await deriveRecoveryKeyFromPassphrase(PASSPHRASE, description.salt, description.iterations);
      const right = await stored(backup.decryptionKey, new Uint8Array(key), description);
      const costly = {
        ...right,
        description: { algorithm: ALGORITHM, passphrase: { ...description, iterations: 10_000_000 } },
      };
      const costlier = { ...costly, keyId: "others", secret: (await stored(backup.decryptionKey, storageKey)).secret };
      await expectAllKeys(await archive({ secretStorage: [costly, costlier, right] }), PASSPHRASE);
    });

    it("finds the one that fits among several", async () => {
      const other = storageKey.map((byte) => byte + 1);
      const secretStorage = [
        await stored(backup.decryptionKey, other),
        await stored((await makeBackupKeyPair()).decryptionKey, storageKey),
        await stored(backup.decryptionKey, storageKey),
      ];
      await expectAllKeys(await archive({ secretStorage }), encodeRecoveryKey(storageKey));
    });

    it("still takes the recovery key of the backup itself", async () => {
      await expectAllKeys(await archive({ secretStorage: [await stored(backup.decryptionKey, storageKey)] }));
    });

    const whole = () => stored(backup.decryptionKey, storageKey, description);
    const misfits: [what: string, secret: () => Promise<StoredBackupKey>, typed: string][] = [
      ["another passphrase", whole, "incorrect horse"],
      ["the passphrase of a key that takes hours", changed({ iterations: 2 ** 31 }), PASSPHRASE],
      ["a passphrase that is used in a way not known here", changed({ algorithm: "m.argon2" }), PASSPHRASE],
      ["a passphrase that is used no times", changed({ iterations: 0 }), PASSPHRASE],
      ["a passphrase of another length of key", changed({ bits: 3 }), PASSPHRASE],
      ["a secret that is no base64", damaged({ ciphertext: "?" }), encodeRecoveryKey(storageKey) as string],
      ["a secret with a wrong code", damaged({ mac: "AAAA" }), encodeRecoveryKey(storageKey) as string],
      ["a secret with half a counter", damaged({ iv: "AAAA" }), encodeRecoveryKey(storageKey) as string],
    ];
    for (const [what, secret, typed] of misfits) {
      it(`does not open by ${what}`, async () => {
        const file = await archive({ secretStorage: [await secret()] });
        expect(await codeOf(OpenArchive.open(file, typed))).to.equal("decryption-key-mismatch");
      });
    }

    for (const [what, secret, expected] of [
      ["a secret that is no key", () => stored("no key", storageKey), "backup-key-not-stored"],
      ["33 integers", () => stored(Array(33).fill(7).join(","), storageKey), "backup-key-not-stored"],
      ["integers that are no bytes", () => stored(Array(32).fill(256).join(","), storageKey), "backup-key-not-stored"],
      [
        "the key of another backup",
        async () => stored((await makeBackupKeyPair()).decryptionKey, storageKey),
        "stored-backup-key-mismatch",
      ],
    ] as const) {
      it(`calls the recovery key right where the storage has ${what}`, async () => {
        const file = await archive({ secretStorage: [await secret()] });
        expect(await codeOf(OpenArchive.open(file, encodeRecoveryKey(storageKey) as string))).to.equal(expected);
      });
    }

    it("gives every room key where Nheko wrote a counter of 32 bytes, of which 16 count", async () => {
      const { secret, ...others } = await stored(backup.decryptionKey, storageKey);
      const { iv, ...rest } = secret as EncryptedSecret;
      const long = { ...rest, iv: btoa(atob(iv) + "\0".repeat(16)) };
      await expectAllKeys(
        await archive({ secretStorage: [{ ...others, secret: long }] }),
        encodeRecoveryKey(storageKey),
      );
    });

    it("gives every room key where the storage has the decryption key as 32 integers with commas", async () => {
      const integers = [...bytesOf(backup.decryptionKey)].join(",");
      await expectAllKeys(
        await archive({ secretStorage: [await stored(integers, storageKey)] }),
        encodeRecoveryKey(storageKey),
      );
    });

    it("gives every room key by the recovery key, without the description of that", async () => {
      const secretStorage = [{ ...(await whole()), description: null }];
      await expectAllKeys(await archive({ secretStorage }), encodeRecoveryKey(storageKey));
    });

    it("gives every room key where base64 is not padded", async () => {
      const { iv, ciphertext, mac } = (await whole()).secret;
      const bare = (text: string) => text.replace(/=+$/, "");
      const secret = { iv: bare(iv), ciphertext: bare(ciphertext), mac: bare(mac) };
      await expectAllKeys(
        await archive({ secretStorage: [{ ...(await whole()), secret }] }),
        encodeRecoveryKey(storageKey),
      );
    });

    function changed(members: Partial<PassphraseDescription>): () => Promise<StoredBackupKey> {
      return () => stored(backup.decryptionKey, storageKey, { ...description, ...members });
    }

    function damaged(members: Partial<EncryptedSecret>): () => Promise<StoredBackupKey> {
      return async () => {
        const good = await whole();
        return { ...good, secret: { ...good.secret, ...members } };
      };
    }
  });

  describe("by the passphrase that the backup's decryption key was made from", () => {
    const passphrase = { algorithm: "m.pbkdf2", salt: "sodium", iterations: 1000 };

    before(async () => {
      backup = await makePassphraseBackup(60, PASSPHRASE);
      json = JSON.stringify(backup.response);
    });

    it("gives every room key", async () => {
      await expectAllKeys(await archive({ passphrase }), PASSPHRASE);
      await expectAllKeys(await archive({ passphrase }), `${PASSPHRASE}\n`);
    });

    it("does not open by another one, or by one that takes hours", async () => {
      expect(await codeOf(OpenArchive.open(await archive({ passphrase }), "other"))).to.equal(
        "decryption-key-mismatch",
      );
      const slow = await archive({ passphrase: { ...passphrase, iterations: 10_000_001 } });
      expect(await codeOf(OpenArchive.open(slow, PASSPHRASE))).to.equal("decryption-key-mismatch");
    });
  });

  describe("with less in it than there should be", () => {
    it("gives what came before a segment broke off, and what is in the next", async () => {
      const half = json.slice(0, json.length / 2);
      const [batch] = await batchesOf(await archive({ segments: [half, json] }));
      expect(batch?.roomKeys.length).to.be.within(61, 119);
      expect(batch?.failures).to.deep.equal(NO_FAILURES);
    });

    it("counts the rest of a segment that is no key backup as malformed, and goes on with the next", async () => {
      const [batch] = await batchesOf(await archive({ segments: [`${json}}`, "<html>", "", json] }));
      expect(batch?.roomKeys.length).to.equal(120);
      expect(batch?.failures).to.deep.equal({ ...NO_FAILURES, malformed: 2 });
    });

    it("counts a room key that does not decrypt, and gives the others", async () => {
      const segments = [json.replace(/"mac":"..../, '"mac":"AAAA')];
      const [batch] = await batchesOf(await archive({ segments }));
      expect(batch?.roomKeys.length).to.equal(59);
      expect(batch?.failures).to.deep.equal({ ...NO_FAILURES, undecryptable: 1 });
    });
  });
});
