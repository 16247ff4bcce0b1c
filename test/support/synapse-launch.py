"""Runs Synapse for as long as standard input stays open, so that it dies with whoever started it, however that died.

Usage: synapse-launch.py CONFIG_FILE. The directory of the configuration file is deleted at the end.
"""

import os
import shutil
import sys
import threading

from synapse.app import homeserver


def die_with_parent(directory: str) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)


config_file = sys.argv[1]
threading.Thread(target=die_with_parent, args=(os.path.dirname(config_file),), daemon=True).start()
sys.argv = ["synapse", "--config-path", config_file]
homeserver.main()
