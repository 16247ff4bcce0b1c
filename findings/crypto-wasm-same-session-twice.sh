#!/usr/bin/env bash
# crypto-wasm, one key export that holds the same megolm session twice.
#
# Guess:    the better copy stays (the lower first message index), whatever the order, as it does with two imports one after the other.
# Behavior: within one call the copy that comes last stays, also the worse one, and the counts say "2 of 2". A file with the copies
#           [0, 5] leaves the session at index 5: messages 0 to 4 cannot be decrypted. A second call with the better copy mends it.
# Versions: @matrix-org/matrix-sdk-crypto-wasm 12.0.0 and 18.9.0, @matrix-org/olm 3.2.15 (makes the sessions); Node.js 20.
# Seen:     (the same for 12.0.0 and 18.9.0)
#           [0, 5] -> 5, last call: imported 2 of 2
#           [5, 0] -> 0, last call: imported 2 of 2
#           [0, 5] then [0] -> 0, last call: imported 1 of 1
#           [0] then [5] -> 0, last call: imported 0 of 1
# So a writer of key exports must write a session once, or its better copy last.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund oldest@npm:@matrix-org/matrix-sdk-crypto-wasm@12.0.0 \
  newest@npm:@matrix-org/matrix-sdk-crypto-wasm@18.9.0 @matrix-org/olm@3.2.15
cat > run.mjs <<'JS'
import Olm from "@matrix-org/olm";

await Olm.init();
const outbound = new Olm.OutboundGroupSession();
outbound.create();
const inbound = new Olm.InboundGroupSession();
inbound.create(outbound.session_key());

const copyFrom = (index) => ({
  algorithm: "m.megolm.v1.aes-sha2",
  room_id: "!room:example.org",
  session_id: inbound.session_id(),
  sender_key: "3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08",
  sender_claimed_keys: { ed25519: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
  forwarding_curve25519_key_chain: [],
  session_key: inbound.export_session(index),
});

async function firstIndexAfter(wasm, calls) {
  const machine = await wasm.OlmMachine.initialize(new wasm.UserId("@user:example.org"), new wasm.DeviceId("DEVICE"));
  let counts = "";
  for (const indexes of calls) {
    const result = await machine.importExportedRoomKeys(JSON.stringify(indexes.map(copyFrom)), () => {});
    counts = `imported ${result.importedCount} of ${result.totalCount}`;
  }
  const [kept] = JSON.parse(await machine.exportRoomKeys(() => true));
  machine.close();
  return { index: Buffer.from(kept.session_key, "base64").readUInt32BE(1), counts };
}

const EXPECTED = [
  [[[0, 5]], 5],
  [[[5, 0]], 0],
  [[[0, 5], [0]], 0],
  [[[0], [5]], 0],
];
let changed = false;
for (const [version, wasm] of [["12.0.0", await import("oldest")], ["18.9.0", await import("newest")]]) {
  await wasm.initAsync();
  for (const [calls, expected] of EXPECTED) {
    const { index, counts } = await firstIndexAfter(wasm, calls);
    const said = calls.map((indexes) => `[${indexes.join(", ")}]`).join(" then ");
    console.log(`${version} ${said} -> ${index}, last call: ${counts}`);
    changed ||= index !== expected;
  }
}
if (changed) console.log("CHANGED: the behavior is not what this finding says");
process.exit(changed ? 1 : 0);
JS
node run.mjs
