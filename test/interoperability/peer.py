"""matrix-nio, python-olm and vodozemac for run.mjs: one command a call, JSON on standard input and output."""

import json
import logging
import os
import sys
import tempfile

import olm
import vodozemac
from nio.crypto import Olm
from nio.crypto.sessions import InboundGroupSession
from nio.store import SqliteStore

logging.disable(logging.CRITICAL)
USER, PASSPHRASE = "@user:example.org", "correct horse"


def open_machine():
    return Olm(USER, "DEVICE", SqliteStore(USER, "DEVICE", tempfile.mkdtemp(dir=os.getcwd()), "pickle key"))


def make_sessions(count):
    """Megolm sessions as other clients have them: a message each, and for some the first messages are not readable."""
    for number in range(count):
        outbound = olm.OutboundGroupSession()
        inbound = olm.InboundGroupSession(outbound.session_key)
        room_id = f"!room{number % 3}:example.org"
        event = {"room_id": room_id, "type": "m.room.message", "content": {"msgtype": "m.text", "body": "Hello"}}
        messages = [outbound.encrypt(json.dumps(event)) for _ in range(6)]
        account = vodozemac.Account()
        yield {
            "room_id": room_id,
            "session_id": inbound.id,
            "sender_key": account.curve25519_key.to_base64(),
            "sender_claimed_keys": {"ed25519": account.ed25519_key.to_base64()},
            "session_key": inbound.export_session(3 if number % 3 == 1 else 0),
            "message": messages[-1],
        }


def write_export(keys, path):
    machine = open_machine()
    for key in keys:
        session = InboundGroupSession.import_session(
            key["session_key"], key["sender_claimed_keys"]["ed25519"], key["sender_key"], key["room_id"], []
        )
        machine.save_inbound_group_session(session)
    machine.export_keys(path, PASSPHRASE)


def decrypts(session, message):
    try:
        session.decrypt(message)
        return True
    except Exception:
        return False


def read_export(keys, path):
    machine = open_machine()
    machine.import_keys(path, PASSPHRASE)
    found = [machine.inbound_group_store.get(key["room_id"], key["sender_key"], key["session_id"]) for key in keys]
    return [session is not None and decrypts(session, key["message"]) for session, key in zip(found, keys)]


def encrypt_backup(keys, public_key):
    encryption = olm.pk.PkEncryption(public_key)
    for plaintext in keys:
        message = encryption.encrypt(plaintext)
        yield {"ciphertext": message.ciphertext, "ephemeral": message.ephemeral_key, "mac": message.mac}


def main(command, given):
    if command == "make-sessions":
        return list(make_sessions(given["count"]))
    if command == "write-export":
        return write_export(given["keys"], given["path"])
    if command == "read-export":
        return read_export(given["keys"], given["path"])
    if command == "encrypt-backup":
        return list(encrypt_backup(given["plaintexts"], given["publicKey"]))
    raise SystemExit(f"There is no command {command}")


print(json.dumps(main(sys.argv[1], json.load(sys.stdin))))
