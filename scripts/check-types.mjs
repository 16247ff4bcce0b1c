/** Type-checks the project: tsconfig.json, and that of each directory that has one of its own. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runAsCommand } from "./as-command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIRECTORIES = [".", "src/worker", "stories", "demo/homeserver", "scripts"];

function checkTypes() {
  const projects = DIRECTORIES.filter((directory) => existsSync(join(ROOT, directory, "tsconfig.json")));
  const failed = projects.filter((project) => {
    const command = spawnSync("npx", ["tsc", "--noEmit", "-p", project], { cwd: ROOT, stdio: "inherit" });
    return command.status !== 0;
  });
  if (failed.length > 0) throw new Error(`Types are wrong in: ${failed.join(", ")}`);
}

await runAsCommand(import.meta.url, checkTypes);
