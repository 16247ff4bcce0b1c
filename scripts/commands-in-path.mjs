/** Finds commands as a shell does: in the directories of PATH, each time anew. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** @param {string[]} names the preferred one first @returns {string[]} paths of all that are there, the preferred one first */
export function commandsInPath(...names) {
  const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => directory !== "");
  const paths = names.flatMap((name) => directories.map((directory) => join(directory, name)));
  return paths.filter(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
