/** The peers of run.mjs: each writes and reads what it can, and says of each room key whether its message decrypts afterwards. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** @typedef {import("./run.mjs").Fixture} Fixture */

const HERE = import.meta.dirname;
const ROOT = join(HERE, "..", "..");
const PASSPHRASE = "correct horse";
const USER = "@user:example.org";

/** matrix-nio 0.26.0, python-olm 3.2.16. @param {string} folder */
export function pythonPeer(folder) {
  run("python3", ["-m", "venv", join(folder, "venv")], { cwd: folder });
  const python = join(folder, "venv", "bin", "python");
  const packages = ["matrix-nio[e2e]==0.26.0", "vodozemac==0.10.0", "python-olm==3.2.16"];
  run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages], { cwd: folder });
  return callable(python, [join(HERE, "peer.py")], folder);
}

/** mautrix-go 0.32.0 with its olm in Go. @param {string} folder */
export function goPeer(folder) {
  const module = join(folder, "go");
  mkdirSync(module);
  cpSync(join(HERE, "peer.go"), join(module, "main.go"));
  const requirements = ["maunium.net/go/mautrix v0.32.0", "github.com/rs/zerolog v1.35.1"];
  writeFileSync(join(module, "go.mod"), `module peer\n\ngo 1.24\n\nrequire (\n${requirements.join("\n")}\n)\n`);
  run("go", ["mod", "tidy"], { cwd: module });
  run("go", ["build", "-tags", "goolm", "-o", "peer", "."], { cwd: module });
  return callable(join(module, "peer"), [], folder);
}

/** crypto-wasm of that package, and our own code over it. @param {string} name @param {string} folder */
export async function wasmPeer(name, folder) {
  const wasm = await import(name);
  await wasm.initAsync();
  const file = join(folder, `${name.replaceAll("/", "-")}.mjs`);
  const alias = { "@matrix-org/matrix-sdk-crypto-wasm": join(ROOT, "node_modules", name, "node.mjs") };
  const external = [`${ROOT}/node_modules/${name}/*`];
  const entryPoints = [join(HERE, "ours.ts")];
  await build({ entryPoints, outfile: file, bundle: true, format: "esm", platform: "node", alias, external });
  return new WasmPeer(wasm, await import(pathToFileURL(file).href));
}

class WasmPeer {
  #wasm;
  #ours;

  /** @param {typeof import("@matrix-org/matrix-sdk-crypto-wasm")} wasm @param {typeof import("./ours.js")} ours */
  constructor(wasm, ours) {
    this.#wasm = wasm;
    this.#ours = ours;
  }

  /** @param {{ keys: Fixture[], path: string }} given */
  async writeExport({ keys, path }) {
    const machine = await this.#machine();
    await machine.importExportedRoomKeys(JSON.stringify(keys.map(exported)), () => {});
    const { OlmMachine } = this.#wasm;
    writeFileSync(
      path,
      OlmMachine.encryptExportedRoomKeys(await machine.exportRoomKeys(() => true), PASSPHRASE, 100_000),
    );
  }

  /** @param {{ keys: Fixture[], path: string }} given */
  async readExport({ keys, path }) {
    const json = this.#wasm.OlmMachine.decryptExportedRoomKeys(readFileSync(path, "utf8"), PASSPHRASE);
    const machine = await this.#machine();
    await machine.importExportedRoomKeys(json, () => {});
    return this.#decrypted(machine, keys);
  }

  /** What the machine itself uploads. @param {{ keys: Fixture[], publicKey: string }} given */
  async encryptBackup({ keys, publicKey }) {
    const machine = await this.#machine();
    await machine.importExportedRoomKeys(JSON.stringify(keys.map(exported)), () => {});
    await machine.enableBackupV1(publicKey, "1");
    const request = await machine.backupRoomKeys();
    const { rooms } = JSON.parse(request.body);
    return keys.map(({ room_id, session_id }) => rooms[room_id].sessions[session_id].session_data);
  }

  /** As it came, without us. @param {{ keys: Fixture[], backup: object[], decryptionKey: string }} given */
  async readBackup({ keys, backup, decryptionKey }) {
    const key = this.#wasm.BackupDecryptionKey.fromBase64(decryptionKey);
    const plain = backup.map((/** @type {any} */ { ephemeral, mac, ciphertext }, at) => {
      const { room_id, session_id } = /** @type {Fixture} */ (keys[at]);
      return { ...JSON.parse(key.decryptV1(ephemeral, mac, ciphertext)), room_id, session_id };
    });
    return this.#importBackedUp(plain, keys);
  }

  /** With our repair. @param {{ keys: Fixture[], backup: object[], decryptionKey: string, publicKey: string }} given */
  async readBackupByUs({ keys, ...given }) {
    return this.#importBackedUp(await this.#roomKeysByUs({ keys, ...given }), keys);
  }

  /** Our rescue copy of that backup. @param {{ keys: Fixture[], backup: object[], decryptionKey: string, publicKey: string, path: string }} given */
  async writeExportByUs({ path, ...given }) {
    const roomKeys = this.#ours.exportedKeys(await this.#roomKeysByUs(given));
    const file = this.#ours.writeKeyExport(ReadableStream.from(roomKeys), PASSPHRASE);
    writeFileSync(path, Buffer.from(await new Response(file).arrayBuffer()));
  }

  /** @param {{ keys: Fixture[], backup: object[], decryptionKey: string, publicKey: string }} given */
  async #roomKeysByUs({ keys, backup, decryptionKey, publicKey }) {
    const decryptor = await this.#ours.Decryptor.open(Buffer.from(decryptionKey, "base64"), publicKey);
    const results = backup.map((session_data, at) => {
      const { room_id, session_id } = /** @type {Fixture} */ (keys[at]);
      return decryptor.decrypt({ roomId: room_id, sessionId: session_id, value: { session_data } });
    });
    decryptor.close();
    return results.filter((result) => typeof result !== "string");
  }

  /** @param {any[]} roomKeys @param {Fixture[]} keys */
  async #importBackedUp(roomKeys, keys) {
    const machine = await this.#machine();
    const rooms = new Map();
    for (const roomKey of roomKeys) {
      const sessions = rooms.get(roomKey.room_id) ?? new Map();
      rooms.set(roomKey.room_id, sessions.set(roomKey.session_id, roomKey));
    }
    const byRoomId = new Map([...rooms].map(([id, sessions]) => [new this.#wasm.RoomId(id), sessions]));
    if (roomKeys.length > 0) await machine.importBackedUpRoomKeys(byRoomId, () => {}, "1");
    return this.#decrypted(machine, keys);
  }

  #machine() {
    const { OlmMachine, UserId, DeviceId } = this.#wasm;
    return OlmMachine.initialize(new UserId(USER), new DeviceId("DEVICE"));
  }

  /** @param {import("@matrix-org/matrix-sdk-crypto-wasm").OlmMachine} machine @param {Fixture[]} keys */
  async #decrypted(machine, keys) {
    const results = [];
    for (const key of keys) results.push(await this.#decrypts(machine, key));
    machine.close();
    return results;
  }

  /** @param {import("@matrix-org/matrix-sdk-crypto-wasm").OlmMachine} machine @param {Fixture} key */
  async #decrypts(machine, { room_id, session_id, sender_key, message }) {
    const content = {
      algorithm: "m.megolm.v1.aes-sha2",
      ciphertext: message,
      session_id,
      sender_key,
      device_id: "OTHER",
    };
    const event = {
      event_id: "$e",
      type: "m.room.encrypted",
      sender: "@other:example.org",
      origin_server_ts: 0,
      content,
    };
    try {
      const { RoomId, DecryptionSettings, TrustRequirement } = this.#wasm;
      const settings = new DecryptionSettings(TrustRequirement.Untrusted);
      await machine.decryptRoomEvent(JSON.stringify(event), new RoomId(room_id), settings);
      return true;
    } catch {
      return false;
    }
  }
}

/** @param {Fixture} key */
function exported({ message, ...key }) {
  return { algorithm: "m.megolm.v1.aes-sha2", forwarding_curve25519_key_chain: [], ...key };
}

/** @param {string} command @param {string[]} first @param {string} folder @returns {(name: string, given: object) => any} */
function callable(command, first, folder) {
  return (name, given) => JSON.parse(run(command, [...first, name], { cwd: folder, input: JSON.stringify(given) }));
}

/** @param {string} command @param {string[]} args @param {{ cwd: string, input?: string }} options */
function run(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.at(-1)} failed: ${(error ?? stderr).toString().trim().split("\n").at(-1)}`);
}
