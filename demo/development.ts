/** The page's end of the development homeserver's own endpoints. Another homeserver has none of them. */
import type { LineSettings, SampleAccount } from "./homeserver/said.js";

export type { LineSettings, SampleAccount };

/** `null` where the page is served without a development homeserver. */
export async function getSampleAccount(): Promise<SampleAccount | null> {
  try {
    return await ask<SampleAccount>("GET", "sample-account");
  } catch {
    return null;
  }
}

export function getLineSettings(): Promise<LineSettings> {
  return ask("GET", "line");
}

export function changeLine(settings: Partial<LineSettings>): Promise<LineSettings> {
  return ask("PUT", "line", settings);
}

/** Breaks whatever the homeserver is sending. */
export function dropLine(): Promise<unknown> {
  return ask("POST", "line/drop", {});
}

/** The next request for all room keys gets this HTTP status. */
export function failNext(status: 429 | 503): Promise<unknown> {
  return ask("POST", "line/fail-next", { status });
}

async function ask<T>(method: string, name: string, body?: unknown): Promise<T> {
  const response = await fetch(`/_development/${name}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return (await response.json()) as T;
}
