/** What a page may ask of a development homeserver and of no other: its sample account, and to be slow, broken or away. */
import { type JsonObject, MatrixError } from "./answer.js";
import type { Line } from "./line.js";
import type { Routes } from "./routes.js";
import type { LineSettings, SampleAccount } from "./said.js";

export const CONTROL = "/_development/";

export function serveControl(routes: Routes, line: Line, account: Promise<SampleAccount>): void {
  const lineSettings = (): JsonObject => ({ ...line.settings });
  routes.on("GET", `${CONTROL}sample-account`, async () => ({ ...(await account) }));
  routes.on("GET", `${CONTROL}line`, lineSettings);
  routes.on("PUT", `${CONTROL}line`, ({ body }) => {
    line.change(settingsIn(body));
    return lineSettings();
  });
  routes.on("POST", `${CONTROL}line/drop`, () => {
    // After this answer, or it would break too.
    setTimeout(() => line.drop());
    return {};
  });
  routes.on("POST", `${CONTROL}line/fail-next`, ({ body }) => {
    line.failNext(failureIn(body), numberIn(body, "times", 1));
    return {};
  });
}

function settingsIn(body: JsonObject): Partial<LineSettings> {
  const { bytesPerSecond, firstByteDelay, offline } = body;
  return {
    ...(bytesPerSecond === null || isPositive(bytesPerSecond) ? { bytesPerSecond } : {}),
    ...(typeof firstByteDelay === "number" && firstByteDelay >= 0 ? { firstByteDelay } : {}),
    ...(typeof offline === "boolean" ? { offline } : {}),
  };
}

function isPositive(value: unknown): value is number {
  return typeof value === "number" && value > 0;
}

function failureIn(body: JsonObject): MatrixError {
  const status = numberIn(body, "status", 503);
  if (status !== 429) return new MatrixError(status, "M_UNKNOWN", "The development homeserver was told to fail");
  const retry_after_ms = numberIn(body, "retryAfter", 5000);
  return new MatrixError(429, "M_LIMIT_EXCEEDED", "Too many requests", { retry_after_ms });
}

function numberIn(body: JsonObject, name: string, otherwise: number): number {
  const value = body[name];
  return typeof value === "number" ? value : otherwise;
}
