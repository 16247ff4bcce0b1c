/**
 * Puts a key backup of synthetic room keys straight into Synapse's database, as if a device of the user had uploaded them.
 * Synapse may run meanwhile. It knows how Synapse stores a backup, which is an inner affair of the pinned version.
 */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SYNAPSE_PYTHON } from "../../scripts/setup-synapse.mjs";
import { keyBackupFile } from "./room-keys-file.mjs";

/**
 * @typedef {object} SeededKeyBackup
 * @property {string} version
 * @property {number} count
 * @property {string} decryptionKey base64
 * @property {string} publicKey base64
 */

const SEEDER = fileURLToPath(new URL("synapse-seed.py", import.meta.url));

/**
 * Makes a new backup version, which becomes the user's present one, with `keys` room keys over `rooms` rooms, whose IDs have `idLength`
 * characters.
 * @param {{ databasePath: string, userId: string, keys: number, rooms?: number, idLength?: number | undefined }} options
 * @returns {Promise<SeededKeyBackup>}
 */
export async function seedKeyBackup({ databasePath, userId, keys, rooms = 100, idLength }) {
  const { path, decryptionKey, publicKey } = await keyBackupFile({ keys, rooms, idLength });
  const { stdout } = await promisify(execFile)(SYNAPSE_PYTHON, [SEEDER, databasePath, userId, path]);
  return { ...JSON.parse(stdout), decryptionKey, publicKey };
}
