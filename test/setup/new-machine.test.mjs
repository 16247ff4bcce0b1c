/** `npm run setup:check`: the set-up on a machine that has nothing yet. */
import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { NewMachine } from "./new-machine.mjs";

const BROWSERS = "chromium firefox-esr webkit2gtk-driver xvfb gir1.2-webkit2-4.1 python3-gi";
const UPDATE = "apt-get --quiet update";
const INSTALL = "apt-get --quiet install --yes --no-install-recommends";

describe("A machine without browsers, Synapse and cache", () => {
  const machine = new NewMachine();
  beforeEach(() => machine.reset());
  after(() => machine.remove());

  it("loads every script and configuration, and calls nothing for it", () => {
    const { exitCode, output, lines, calls } = machine.run("test/setup/load-everything.mjs", "root");
    assert.equal(exitCode, 0, output);
    assert.deepEqual(calls, []);
    const some = ["web-test-runner.config.mjs", "scripts/test.mjs", "bench/bench.mjs", "demo/vite.config.ts"];
    assert.deepEqual(
      some.filter((file) => !lines.includes(file)),
      [],
    );
    assert.match(lines.at(-2) ?? "", /\/bin\/chromium$/, "a Chromium that is installed later is found");
    assert.match(lines.at(-1) ?? "", /\/bin\/firefox-esr$/, "a Firefox that is installed later is found");
  });

  it("is set up by the test command before anything is tested", () => {
    const { output, calls } = machine.run("scripts/test.mjs", "root");
    assert.match(output, new RegExp(`^Chromium, Firefox, WebKitGTK are missing: apt-get installs ${BROWSERS} `, "m"));
    assert.match(output, /^Synapse is missing: pip installs matrix-synapse==/m);
    assert.deepEqual(calls.slice(0, 2), [UPDATE, `${INSTALL} ${BROWSERS}`]);
    const [check, venv, pip, ...tests] = calls.slice(2);
    assert.match(check ?? "", /^python3 -c /);
    assert.match(venv ?? "", /^python3 -m venv /);
    assert.match(pip ?? "", /^python -m pip install .* matrix-synapse==[\d.]+$/);
    assert.ok(machine.hasSynapse());
    assert.ok(tests.length > 3 && tests.every((call) => call.startsWith("npm run ")), tests.join("\n"));
  });

  it("fails the test command, which says why and counts it, if apt-get fails", () => {
    machine.addCommand("apt-get", "echo 'E: Unable to locate package chromium' >&2\nexit 100\n");
    const { exitCode, output, lines } = machine.run("scripts/test.mjs", "root");
    assert.equal(exitCode, 1);
    assert.match(output, /^`apt-get update` failed:\nE: Unable to locate package chromium$/m);
    assert.match(output, /^\d+ passed, [1-9]\d* failed$/m);
    assert.ok(lines.includes("ok   npm run lint"), "what needs no browser is tested all the same");
  });

  it("tells a user who is not root which browsers to install", () => {
    const { exitCode, lines, calls } = machine.run("scripts/setup-browsers.mjs", "user");
    const install = `sudo apt-get update && sudo apt-get install ${BROWSERS}`;
    const why = "Chromium, Firefox, WebKitGTK are missing, and only root can install packages";
    assert.deepEqual(lines, [`${why}: run \`${install}\`.`]);
    assert.deepEqual({ exitCode, calls }, { exitCode: 1, calls: [] });
  });

  it("gets what its Python needs to make a venv", () => {
    machine.addCommand("python3", "exit 1\n");
    const { calls } = machine.run("scripts/setup-synapse.mjs", "root");
    assert.deepEqual(calls.slice(1, 3), [UPDATE, `${INSTALL} python3-venv`]);
  });

  it("tells a user who is not root what Synapse needs of Python", () => {
    machine.addCommand("python3", "exit 1\n");
    const { exitCode, lines } = machine.run("scripts/setup-synapse.mjs", "user");
    const why = "Synapse needs Python 3.10 or newer with venv, which is missing, and only root can install packages";
    assert.deepEqual(lines, [`${why}: run \`sudo apt-get update && sudo apt-get install python3-venv\`.`]);
    assert.equal(exitCode, 1);
  });

  it("names what to install on a system without apt-get", () => {
    machine.removeCommand("apt-get");
    const { exitCode, lines } = machine.run("scripts/setup-browsers.mjs", "root");
    const why = "Chromium, Firefox, WebKitGTK are missing, and there is no apt-get";
    assert.deepEqual(lines, [`${why}: install what Debian has as ${BROWSERS}.`]);
    assert.equal(exitCode, 1);
  });
});
