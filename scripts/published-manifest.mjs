/** custom-elements.json as it is published: of the modules that an app can import, not of the sources. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const MODULE = "dist/components.js";

/** @param {string} root */
export function publishManifest(root) {
  const manifest = JSON.parse(readFileSync(join(root, "custom-elements.json"), "utf8"));
  mkdirSync(join(root, "dist"), { recursive: true });
  writeFileSync(join(root, "dist", "custom-elements.json"), `${JSON.stringify(inOneModule(manifest), null, 2)}\n`);
}

/** @param {{ modules: { declarations: object[], exports: { kind: string, name: string }[] }[] }} manifest */
function inOneModule(manifest) {
  const declarations = manifest.modules.flatMap((module) => module.declarations ?? []);
  // Each file's exports, and again those that the index exports from it.
  const exported = manifest.modules.flatMap((module) => module.exports ?? []).filter(({ name }) => name !== "*");
  const exports = [...new Map(exported.map((one) => [`${one.kind} ${one.name}`, one])).values()];
  return JSON.parse(
    JSON.stringify(
      { ...manifest, modules: [{ kind: "javascript-module", path: MODULE, declarations, exports }] },
      (key, value) => (key === "module" && typeof value === "string" ? MODULE : value),
    ),
  );
}
