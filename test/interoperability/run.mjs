/**
 * Key exports and key backups, written and read by what Matrix clients are made of, and by us: `npm run test:interoperability`. Installs
 * matrix-nio, python-olm and mautrix-go in a temporary folder (needs Python 3.10 and Go), prints the tables of docs/interoperability.md.
 * Fails if we do not read what a peer writes, or if a peer does not take what we write.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAsCommand } from "../../scripts/as-command.mjs";
import { makeBackupKeyPair } from "../support/room-keys.mjs";
import { goPeer, pythonPeer, wasmPeer } from "./peers.mjs";

/**
 * A megolm session, with a message to try it on.
 * @typedef {{ room_id: string, session_id: string, sender_key: string, sender_claimed_keys: { ed25519: string }, session_key: string, message: string }} Fixture
 */

const KEYS = 10;

/** What clients in the wild wrote around a good session key. @type {((plain: Record<string, unknown>) => Record<string, unknown>)[]} */
const ODDITIES = [
  ({ sender_claimed_keys, ...plain }) => plain,
  (plain) => ({ ...plain, sender_claimed_keys: null }),
  (plain) => ({ ...plain, sender_claimed_keys: {} }),
  (plain) => ({ ...plain, sender_claimed_keys: { ed25519: "" } }),
  (plain) => ({ ...plain, sender_claimed_keys: "text" }),
  (plain) => ({ ...plain, forwarding_curve25519_key_chain: [""] }),
  (plain) => ({ ...plain, forwarding_curve25519_key_chain: null }),
  (plain) => ({ ...plain, "org.matrix.msc3061.shared_history": "yes" }),
  (plain) => ({ ...plain, "m.shared_history": null }),
  (plain) => ({ ...plain, session_key: `${plain.session_key}=` }),
];

/** @param {string} folder */
async function tryAll(folder) {
  const [nio, mautrix] = [pythonPeer(folder), goPeer(folder)];
  const oldest = await wasmPeer("matrix-sdk-crypto-wasm-oldest", folder);
  const newest = await wasmPeer("@matrix-org/matrix-sdk-crypto-wasm", folder);
  const pair = await makeBackupKeyPair();
  /** @type {Fixture[]} */
  const keys = nio("make-sessions", { count: KEYS });
  const path = join(folder, "export.txt");
  const plaintexts = keys.map(plaintextOf);
  const odd = ODDITIES.map((change, at) => JSON.stringify(change(JSON.parse(/** @type {string} */ (plaintexts[at])))));

  const backups = {
    "crypto-wasm 12.0": await oldest.encryptBackup({ keys, ...pair }),
    "crypto-wasm 18.9": await newest.encryptBackup({ keys, ...pair }),
    "mautrix-go 0.32 (one without a signer, one without a chain)": mautrix("encrypt-backup", { keys, ...pair }),
    "python-olm 3.2": nio("encrypt-backup", { plaintexts, ...pair }),
    "python-olm 3.2, ten odd room keys": nio("encrypt-backup", { plaintexts: odd, ...pair }),
  };
  /** @type {Record<string, () => unknown>} */
  const exports = {
    "crypto-wasm 12.0": () => oldest.writeExport({ keys, path }),
    "crypto-wasm 18.9": () => newest.writeExport({ keys, path }),
    "matrix-nio 0.26": () => nio("write-export", { keys, path }),
    "mautrix-go 0.32": () => mautrix("write-export", { keys, path }),
  };
  for (const [writer, backup] of Object.entries(backups)) {
    exports[`us, of the backup of ${writer}`] = () => newest.writeExportByUs({ keys, backup, path, ...pair });
  }
  const exportReaders = {
    "crypto-wasm 12.0": () => oldest.readExport({ keys, path }),
    "crypto-wasm 18.9": () => newest.readExport({ keys, path }),
    "matrix-nio 0.26": () => nio("read-export", { keys, path }),
    "mautrix-go 0.32": () => mautrix("read-export", { keys, path }),
  };
  /** @type {Record<string, (backup: object[]) => unknown>} */
  const backupReaders = {
    "crypto-wasm 12.0": (backup) => oldest.readBackup({ keys, backup, ...pair }),
    "crypto-wasm 18.9": (backup) => newest.readBackup({ keys, backup, ...pair }),
    "mautrix-go 0.32": (backup) => mautrix("read-backup", { keys, backup, ...pair }),
    "us, crypto-wasm 12.0": (backup) => oldest.readBackupByUs({ keys, backup, ...pair }),
    "us, crypto-wasm 18.9": (backup) => newest.readBackupByUs({ keys, backup, ...pair }),
  };
  const exportTable = await tableOf(exports, exportReaders, async (write) => {
    // matrix-nio does not write over a file.
    rmSync(path, { force: true });
    await write();
    return (read) => read();
  });
  const backupTable = await tableOf(backups, backupReaders, async (backup) => (read) => read(backup));
  return { exportTable, backupTable };
}

/** @param {Fixture} key */
function plaintextOf({ sender_key, sender_claimed_keys, session_key }) {
  const algorithm = "m.megolm.v1.aes-sha2";
  return JSON.stringify({
    algorithm,
    sender_key,
    sender_claimed_keys,
    session_key,
    forwarding_curve25519_key_chain: [],
  });
}

/**
 * @template Writer, Reader
 * @param {Record<string, Writer>} writers @param {Record<string, Reader>} readers
 * @param {(writer: Writer) => Promise<(reader: Reader) => unknown>} written once for all readers
 */
async function tableOf(writers, readers, written) {
  /** @type {Record<string, Record<string, string>>} */
  const table = {};
  for (const [writer, write] of Object.entries(writers)) {
    const row = /** @type {Record<string, string>} */ ({});
    table[writer] = row;
    const use = await written(write);
    for (const [reader, read] of Object.entries(readers)) row[reader] = await outcomeOf(() => use(read));
  }
  return table;
}

/** How many messages decrypt. @param {() => unknown} work */
async function outcomeOf(work) {
  try {
    const decrypted = /** @type {boolean[]} */ (await work());
    return `${decrypted.filter(Boolean).length} of ${decrypted.length}`;
  } catch {
    return "refused";
  }
}

/** @param {string} title @param {Record<string, Record<string, string>>} table */
function print(title, table) {
  const readers = Object.keys(Object.values(table)[0] ?? {});
  console.log(`\n| ${[title, ...readers].join(" | ")} |\n|${" --- |".repeat(readers.length + 1)}`);
  for (const [writer, row] of Object.entries(table)) {
    console.log(`| ${[writer, ...readers.map((reader) => row[reader])].join(" | ")} |`);
  }
}

/** What we promise. @param {Awaited<ReturnType<typeof tryAll>>} tables */
function brokenPromises({ exportTable, backupTable }) {
  const all = `${KEYS} of ${KEYS}`;
  const read = Object.entries(backupTable).flatMap(([writer, row]) =>
    Object.entries(row).flatMap(([reader, outcome]) =>
      reader.startsWith("us") && outcome !== all ? [`${reader} reads ${outcome} of ${writer}`] : [],
    ),
  );
  const taken = Object.entries(exportTable).flatMap(([writer, row]) =>
    Object.entries(row).flatMap(([reader, outcome]) =>
      writer.startsWith("us") && outcome === "refused" ? [`${reader} refuses what is written by ${writer}`] : [],
    ),
  );
  return [...read, ...taken];
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "key-backup-sync-interoperability-"));
  try {
    const tables = await tryAll(folder);
    print("key export: written by, read by", tables.exportTable);
    print("key backup: written by, read by", tables.backupTable);
    const broken = brokenPromises(tables);
    for (const line of broken) console.log(`\nBROKEN: ${line}`);
    process.exitCode = broken.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

runAsCommand(import.meta.url, main);
