#!/usr/bin/env bash
# matrix-nio, a key export imported into a store that has a better copy of the same megolm session.
#
# Guess:    the better copy stays (the lower first message index), as in crypto-wasm and mautrix-go.
# Behavior: the copy imported last replaces the one in the store, in memory and on disk, also when it is worse. After the imports 0, then
#           5, the first five of ten messages that the store could decrypt before can no longer be decrypted. Nothing is logged.
# Versions: matrix-nio 0.26.0 with vodozemac 0.10.0; python-olm 3.2.16 makes the sessions; Python 3.11.
# Seen:     imports [5] -> 5 of 10 messages, after reopening 5
#           imports [0] -> 10 of 10 messages, after reopening 10
#           imports [5, 0] -> 10 of 10 messages, after reopening 10
#           imports [0, 5] -> 5 of 10 messages, after reopening 5
# So a user of a client built on nio must not import an older file after a newer one, and a writer must write the better copy last.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check "matrix-nio[e2e]==0.26.0" "vodozemac==0.10.0" "python-olm==3.2.16"
cat > run.py <<'PY'
import json
import logging
import os
import sys
import tempfile

import olm
from nio.crypto import Olm
from nio.crypto.key_export import encrypt_and_save
from nio.store import SqliteStore

logging.disable(logging.CRITICAL)
USER, ROOM, SENDER_KEY = "@user:example.org", "!room:example.org", "A" * 43

outbound = olm.OutboundGroupSession()
inbound = olm.InboundGroupSession(outbound.session_key)
messages = [outbound.encrypt(f"message {index}") for index in range(10)]


def open_machine(folder):
    return Olm(USER, "DEVICE", SqliteStore(USER, "DEVICE", folder, "pickle key"))


def export_from(index, path):
    key = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "room_id": ROOM,
        "session_id": inbound.id,
        "sender_key": SENDER_KEY,
        "sender_claimed_keys": {"ed25519": "B" * 43},
        "forwarding_curve25519_key_chain": [],
        "session_key": inbound.export_session(index),
    }
    encrypt_and_save(json.dumps([key]).encode(), path, "passphrase", 1000)


def readable(machine):
    session = machine.inbound_group_store.get(ROOM, SENDER_KEY, inbound.id)
    count = 0
    for message in messages:
        try:
            session.decrypt(message)
            count += 1
        except Exception:  # below the first message index of this copy
            pass
    return count


changed = False
for indexes, expected in (([5], 5), ([0], 10), ([5, 0], 10), ([0, 5], 5)):
    folder = tempfile.mkdtemp(dir=os.getcwd())
    machine = open_machine(folder)
    for number, index in enumerate(indexes):
        path = os.path.join(folder, f"export-{number}.txt")
        export_from(index, path)
        machine.import_keys(path, "passphrase")
    now, reopened = readable(machine), readable(open_machine(folder))
    print(f"imports {indexes} -> {now} of 10 messages, after reopening {reopened}")
    changed = changed or [now, reopened] != [expected, expected]
if changed:
    print("CHANGED: the behavior is not what this finding says")
sys.exit(1 if changed else 0)
PY
venv/bin/python run.py
