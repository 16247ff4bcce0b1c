#!/usr/bin/env bash
# Hydrogen, a room key from the key backup whose writer did not know the sender's signing key.
#
# Guess:    the key is taken, since the signing key is not needed for decrypting; or all forms of "not known" are treated alike.
# Behavior: with "ed25519": "" the key is taken and decrypts. With sender_claimed_keys {}, null or missing, the key counts as not in the
#           backup, without an error or a log line. crypto-wasm does the reverse: it takes {} and rejects "". So no form is read by both.
#           A backup whose auth_data has the public key in padded Base64 cannot be opened at all; padding in session_key does no harm.
# Versions: hydrogen-view-sdk 0.3.1, @matrix-org/olm 3.2.15; @matrix-org/matrix-sdk-crypto-wasm 18.9.0; Node.js 20.
# Seen:     signer known: Hydrogen taken, crypto-wasm taken
#           signer {}: Hydrogen ignored, crypto-wasm taken
#           signer missing: Hydrogen ignored, crypto-wasm rejected
#           signer null: Hydrogen ignored, crypto-wasm rejected
#           signer "": Hydrogen taken, crypto-wasm rejected
#           padded session_key: Hydrogen taken, crypto-wasm taken
#           padded public_key: Hydrogen opens no backup
# So a user of Hydrogen cannot read messages whose keys were written to the backup with {}, as crypto-wasm does for such keys.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund hydrogen-view-sdk@0.3.1 @matrix-org/olm@3.2.15 @matrix-org/matrix-sdk-crypto-wasm@18.9.0
# The package's own module, with the two names that are not exported.
{ cat node_modules/hydrogen-view-sdk/lib-build/hydrogen.es.js; echo 'export { keyFromBackup, BackupEncryption };'; } > hydrogen.mjs
cat > run.mjs <<'JS'
import * as wasm from "@matrix-org/matrix-sdk-crypto-wasm";
import Olm from "@matrix-org/olm";
import { BackupEncryption, keyFromBackup } from "./hydrogen.mjs";

await Promise.all([Olm.init(), wasm.initAsync()]);
const ROOM = "!room:example.org";
const decryption = new Olm.PkDecryption();
const publicKey = decryption.generate_key();
const privateKey = decryption.get_private_key();
const encryption = new Olm.PkEncryption();
encryption.set_recipient_key(publicKey);

const outbound = new Olm.OutboundGroupSession();
outbound.create();
const inbound = new Olm.InboundGroupSession();
inbound.create(outbound.session_key());
const message = outbound.encrypt("readable");

const KEY = {
  algorithm: "m.megolm.v1.aes-sha2",
  sender_key: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08",
  sender_claimed_keys: { ed25519: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
  forwarding_curve25519_key_chain: [],
  session_key: inbound.export_session(0),
};

const padded = (text) => text.padEnd(Math.ceil(text.length / 4) * 4, "=");
const CASES = [
  ["signer known", {}, "taken", "taken"],
  ["signer {}", { sender_claimed_keys: {} }, "ignored", "taken"],
  ["signer missing", { sender_claimed_keys: undefined }, "ignored", "rejected"],
  ["signer null", { sender_claimed_keys: null }, "ignored", "rejected"],
  ['signer ""', { sender_claimed_keys: { ed25519: "" } }, "taken", "rejected"],
  ["padded session_key", { session_key: padded(KEY.session_key) }, "taken", "taken"],
];

function inHydrogen(info) {
  const backup = BackupEncryption.fromAuthData({ public_key: publicKey }, privateKey, Olm);
  const key = keyFromBackup(ROOM, inbound.session_id(), backup.decryptRoomKey(encryption.encrypt(JSON.stringify(info))));
  if (!key) return "ignored";
  const session = new Olm.InboundGroupSession();
  key.loadInto(session);
  return session.decrypt(message).plaintext === "readable" ? "taken" : "useless";
}

async function inCryptoWasm(info) {
  const machine = await wasm.OlmMachine.initialize(new wasm.UserId("@user:example.org"), new wasm.DeviceId("DEVICE"));
  const keys = new Map([[new wasm.RoomId(ROOM), new Map([[inbound.session_id(), info]])]]);
  const { importedCount } = await machine.importBackedUpRoomKeys(keys, undefined, "1");
  machine.close();
  return importedCount === 1 ? "taken" : "rejected";
}

let changed = false;
for (const [name, change, hydrogen, cryptoWasm] of CASES) {
  const info = JSON.parse(JSON.stringify({ ...KEY, ...change }));
  const seen = [inHydrogen(info), await inCryptoWasm(info)];
  console.log(`${name}: Hydrogen ${seen[0]}, crypto-wasm ${seen[1]}`);
  changed ||= seen[0] !== hydrogen || seen[1] !== cryptoWasm;
}
let opens = true;
try {
  BackupEncryption.fromAuthData({ public_key: padded(publicKey) }, privateKey, Olm);
} catch {
  opens = false;
}
console.log(`padded public_key: Hydrogen ${opens ? "opens the backup" : "opens no backup"}`);
if (changed || opens) console.log("CHANGED: the behavior is not what this finding says");
process.exit(changed || opens ? 1 : 0);
JS
node run.mjs
