#!/usr/bin/env bash
# Dendrite, what an upload of 100 room keys costs in a large key backup.
#
# Guess:    the time of a PUT depends on the keys in it, not on the keys that are in the backup already.
# Behavior: each PUT /room_keys/keys first reads every key of the backup, ciphertext included. So its time grows with the backup, and the
#           upload of a whole backup in PUTs of 100 keys takes time with the square of the keys. One PUT of 20,000 keys costs about as
#           much as a few small ones at the end.
# Versions: github.com/matrix-org/dendrite v0.13.8 with SQLite. Keys of about 930 bytes.
# Seen:     PUT of 100 keys into an empty backup: 1; into one of 20000: 15 times the time
#           PUT of 20000 keys at once: 6.1 times a PUT of 100 keys into a backup of 20000
# So an uploader does better with few large PUTs than with many small ones (no limit of the body was found up to 200 MiB).
# Times are of one machine in one run: read the ratios. The script fails if the ratio of the first line falls below 5.
set -euo pipefail
work=$(mktemp -d)
trap 'kill "${server:-}" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
version=v0.13.8
for command in dendrite generate-config generate-keys; do
  GOBIN="$work" GOFLAGS=-mod=mod go install "github.com/matrix-org/dendrite/cmd/$command@$version" 2> install.log || { cat install.log; exit 2; }
done
./generate-keys --private-key matrix_key.pem > /dev/null
./generate-config -server localhost -dir "$work" -ci > dendrite.yaml
port=$((20000 + RANDOM % 20000))
./dendrite -config dendrite.yaml -http-bind-address "127.0.0.1:$port" -really-enable-open-registration > dendrite.log 2>&1 &
server=$!
cat > run.py <<'PY'
import base64
import json
import os
import statistics
import sys
import time
import urllib.error
import urllib.request

BASE = f"http://127.0.0.1:{sys.argv[1]}/_matrix/client/v3"
KEYS = 20_000


def call(method, path, body=None, token=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(BASE + path, data, {"Authorization": f"Bearer {token}"} if token else {}, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def when_up():
    for _ in range(300):
        try:
            return call("GET", "/login")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("Dendrite did not start")


def text(length):
    return base64.b64encode(os.urandom(length)).decode().rstrip("=")


def keys(first, count):
    rooms = {}
    for number in range(first, first + count):
        data = {"ciphertext": text(560), "ephemeral": text(32), "mac": text(8)}
        session = {"first_message_index": 0, "forwarded_count": 0, "is_verified": False, "session_data": data}
        rooms.setdefault(f"!room{number % 50}:localhost", {"sessions": {}})["sessions"][f"{number:08d}" + text(24)] = session
    return {"rooms": rooms}


def account(name):
    body = {"username": name, "password": "correct horse battery", "auth": {"type": "m.login.dummy"}}
    token = call("POST", "/register", body)["access_token"]
    backup = {"algorithm": "m.megolm_backup.v1.curve25519-aes-sha2", "auth_data": {"public_key": text(32)}}
    return token, call("POST", "/room_keys/version", backup, token)["version"]


def put(token, version, first, count):
    body = keys(first, count)
    started = time.perf_counter()
    call("PUT", f"/room_keys/keys?version={version}", body, token)
    return time.perf_counter() - started


def median_of_puts(token, version, first):
    return statistics.median(put(token, version, first + number * 100, 100) for number in range(5))


when_up()
token, version = account("user")
small = median_of_puts(token, version, 0)
whole = put(token, version, 500, KEYS)
large = median_of_puts(token, version, 500 + KEYS)
print(f"PUT of 100 keys into an empty backup: 1; into one of {KEYS}: {large / small:.0f} times the time")
print(f"PUT of {KEYS} keys at once: {whole / large:.1f} times a PUT of 100 keys into a backup of {KEYS}")
if large / small < 5:
    print("CHANGED: the behavior is not what this finding says")
    sys.exit(1)
PY
python3 run.py "$port"
