/** `npm run setup:check`: what a user with an old Node.js is told. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkNode } from "../../scripts/check-node.mjs";

describe("Node.js", () => {
  for (const version of ["18.20.8", "20.18.3", "9.0.0"]) {
    it(`${version} is refused in one line that names the oldest that works`, () => {
      const message = `Node.js ${version} is too old: install 20.19 or newer, then run \`npm ci\` again.`;
      assert.throws(() => checkNode(version), { message });
    });
  }

  for (const version of ["20.19.0", "20.20.2", "22.0.0", "100.1.0"]) {
    it(`${version} is taken`, () => checkNode(version));
  }
});
