"""Writes a key backup from a file of room-keys-file.mjs into the database of a Synapse, running or not.

Usage: synapse-seed.py DATABASE USER_ID KEY_BACKUP_FILE. Prints {"version", "count"} as JSON.
"""

import itertools
import json
import sqlite3
import sys
from typing import Iterable, Iterator

# Small enough that a running Synapse, which wants to write too, never waits for long.
KEYS_PER_TRANSACTION = 20_000
ALGORITHM = "m.megolm_backup.v1.curve25519-aes-sha2"


def seed(database: sqlite3.Connection, user_id: str, lines: Iterator[str]) -> dict:
    public_key = json.loads(next(lines))["publicKey"]
    with database:
        version = create_version(database, user_id, public_key)
    count = 0
    while batch := list(itertools.islice(lines, KEYS_PER_TRANSACTION)):
        with database:
            insert(database, user_id, version, batch)
        count += len(batch)
    with database:
        database.execute(
            "UPDATE e2e_room_keys_versions SET etag = etag + 1 WHERE user_id = ? AND version = ?", (user_id, version)
        )
    return {"version": str(version), "count": count}


def create_version(database: sqlite3.Connection, user_id: str, public_key: str) -> int:
    # Synapse may make a version of its own at the same time: it is locked out before the number is looked up.
    database.execute("BEGIN IMMEDIATE")
    (version,) = database.execute(
        "SELECT COALESCE(MAX(version), 0) + 1 FROM e2e_room_keys_versions WHERE user_id = ?", (user_id,)
    ).fetchone()
    auth_data = json.dumps({"public_key": public_key, "signatures": {}})
    database.execute(
        "INSERT INTO e2e_room_keys_versions (user_id, version, algorithm, auth_data, deleted, etag)"
        " VALUES (?, ?, ?, ?, 0, 0)",
        (user_id, version, ALGORITHM, auth_data),
    )
    return version


def insert(database: sqlite3.Connection, user_id: str, version: int, lines: Iterable[str]) -> None:
    database.executemany(
        "INSERT INTO e2e_room_keys (user_id, version, room_id, session_id, first_message_index, forwarded_count,"
        " is_verified, session_data) VALUES (?, ?, ?, ?, 0, 0, 0, ?)",
        ((user_id, version, *line.rstrip("\n").split("\t")) for line in lines),
    )


if __name__ == "__main__":
    _, database_path, owner, backup_path = sys.argv
    connection = sqlite3.connect(database_path, timeout=60)
    with open(backup_path) as backup:
        print(json.dumps(seed(connection, owner, backup)))
    connection.close()
