/** Rows of older databases, in the shape of now. What they stand for may exist nowhere else. */
import { publicKeyFrom } from "./backup-id.js";
import type { BackupRow } from "./backup-row.js";
import type { SealedKey } from "./sealed-key.js";

/** Version 3 named a backup by its version, and kept one decryption key of it. */
type RowOf3 = Omit<BackupRow, "backupId" | "sealedKeys" | "tookPlace" | "store"> & {
  readonly sealedKey: SealedKey | null;
};

/** @param key of the row. Its chunks and pages keep their names: no transaction of a database renames files. */
export function upgradedFrom3(key: string, value: unknown): BackupRow {
  const { sealedKey, publicKey, ...row } = value as RowOf3;
  return {
    ...row,
    backupId: key,
    tookPlace: false,
    // Nobody knows which crypto store the room keys went into, so they are imported again.
    store: null,
    publicKey: publicKeyFrom(publicKey) ?? publicKey,
    sealedKeys: sealedKey ? [sealedKey] : [],
  };
}
