/** The parts of src/worker/ that run.mjs tries outside of a browser: how a backup becomes room keys, and room keys a key export. */
export { Decryptor } from "../../src/worker/decryptor.js";
export { exportedKeys } from "../../src/worker/exported-keys.js";
export { writeKeyExport } from "../../src/worker/rescue/key-export.js";
