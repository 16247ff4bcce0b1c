/**
 * A copy of the project as on a new machine: no cache, and a PATH that holds stand-ins only. A stand-in notes that it was called, and
 * nothing else, so that no set-up reaches the network or the system.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NOT_COPIED = ["node_modules", ".cache", ".git", "dist", "storybook-static"].map((name) => join(ROOT, name));
const NOTE_CALL = '#!/bin/sh\necho "$(/usr/bin/basename "$0") $*" >> "$CALLS"\n';
/** `python -m venv DIRECTORY` makes a directory whose Python notes its calls, too. */
const MAKE_VENV = 'if [ "$1 $2" = "-m venv" ]; then /bin/mkdir -p "$3/bin" && /bin/cp "$0" "$3/bin/python"; fi\n';
/** Whoever runs the test: root installs packages, any other user is told what to install. */
const USER_IDS = { root: 0, user: 1000 };

export class NewMachine {
  #directory = mkdtempSync(join(tmpdir(), "key-backup-sync-new-machine-"));
  #project = join(this.#directory, "project");
  #commands = join(this.#directory, "bin");
  #calls = join(this.#directory, "calls.txt");

  constructor() {
    cpSync(ROOT, this.#project, { recursive: true, filter: (path) => !NOT_COPIED.includes(path) });
    symlinkSync(join(ROOT, "node_modules"), join(this.#project, "node_modules"));
  }

  /** Forgets what was set up, and how a stand-in was changed. */
  reset() {
    for (const path of [this.#commands, join(this.#project, ".cache")]) rmSync(path, { recursive: true, force: true });
    mkdirSync(this.#commands);
    for (const name of ["apt-get", "npm"]) this.addCommand(name);
    this.addCommand("python3", MAKE_VENV);
  }

  /** @param {string} name @param {string} script what it does, in sh, after it noted its call */
  addCommand(name, script = "") {
    writeFileSync(join(this.#commands, name), `${NOTE_CALL}${script}`, { mode: 0o755 });
  }

  /** @param {string} name */
  removeCommand(name) {
    rmSync(join(this.#commands, name));
  }

  /**
   * Runs a script of the project.
   * @param {string} script path in the project @param {keyof typeof USER_IDS} user
   * @returns {{ exitCode: number | null, output: string, lines: string[], calls: string[] }} `lines`: those of the output; `calls`: of
   *   the stand-ins, in their order
   */
  run(script, user) {
    writeFileSync(this.#calls, "");
    const asUser = `data:text/javascript,process.getuid = () => ${USER_IDS[user]}`;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", asUser, script], {
      cwd: this.#project,
      encoding: "utf8",
      env: { PATH: this.#commands, CALLS: this.#calls, HOME: this.#directory },
    });
    const output = `${stdout}${stderr}`;
    return { exitCode: status, output, lines: linesOf(output), calls: linesOf(readFileSync(this.#calls, "utf8")) };
  }

  hasSynapse() {
    return existsSync(join(this.#project, ".cache", "synapse", "bin", "python"));
  }

  remove() {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** @param {string} text */
function linesOf(text) {
  return text.split("\n").filter((line) => line !== "");
}
