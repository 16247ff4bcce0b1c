/** Builds dist/ anew, so that nothing of an earlier build goes into the package. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runAsCommand } from "./as-command.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function build() {
  rmSync(join(ROOT, "dist"), { recursive: true, force: true });
  const { status } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json"], { cwd: ROOT, stdio: "inherit" });
  process.exitCode = status ?? 1;
}

await runAsCommand(import.meta.url, build);
