/** Speaks HTTP for the development homeserver: bodies, errors, CORS, and answers sent at the speed of the line. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Answer, isJsonObject, type JsonObject, MatrixError, type MatrixRequest } from "./answer.js";
import type { Line } from "./line.js";
import type { Routes } from "./routes.js";

const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "X-Requested-With, Content-Type, Authorization",
};

/** Small enough for a slow line to look like one. */
const CHUNK = 16 * 1024;

export class HttpFront {
  constructor(
    readonly routes: Routes,
    readonly line: Line,
  ) {}

  /** Answers on a line that may break at any time. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const cut = () => void request.socket.resetAndDestroy();
    if (this.line.settings.offline) return cut();
    const closed = this.line.opened(cut);
    try {
      await this.answer(request, response);
    } finally {
      closed();
    }
  }

  /** Answers whatever the line is like. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hungUp = new AbortController();
    response.once("close", () => hungUp.abort());
    try {
      if (request.method === "OPTIONS") return sendJson(response, 200, {});
      await this.#send(response, await this.#ask(request, hungUp.signal), hungUp.signal);
    } catch (error) {
      if (hungUp.signal.aborted) return;
      if (response.headersSent) request.socket.resetAndDestroy();
      else sendError(response, error);
    }
  }

  async #ask(request: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const { method = "GET", headers, url = "" } = request;
    const [path = "", query] = url.split("?", 2);
    const { endpoint, parameter } = this.routes.find(method, path);
    const accessToken = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? null;
    const body = await readBody(request);
    const asked: MatrixRequest = { method, query: new URLSearchParams(query), accessToken, body, signal, parameter };
    return await endpoint(asked);
  }

  async #send(response: ServerResponse, answer: Answer, signal: AbortSignal): Promise<void> {
    if (!isStreamed(answer)) return sendJson(response, 200, answer);
    response.writeHead(200, { ...CORS, "content-type": "application/json" });
    response.flushHeaders();
    await pipeline(Readable.from(this.#paced(answer, signal), { highWaterMark: 1 }), response);
  }

  async *#paced(pieces: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string> {
    for await (const chunk of joined(pieces)) {
      await this.line.pass(chunk.length, signal);
      yield chunk;
    }
  }
}

async function* joined(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = "";
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = "";
  }
  yield chunk;
}

function isStreamed(answer: Answer): answer is AsyncIterable<string> {
  return Symbol.asyncIterator in answer;
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  if (text === "") return {};
  const body = parse(text);
  if (!isJsonObject(body)) throw new MatrixError(400, "M_NOT_JSON", "The body must be a JSON object");
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendError(response: ServerResponse, error: unknown): void {
  const told = error instanceof MatrixError ? error : new MatrixError(500, "M_UNKNOWN", "Internal error");
  if (told !== error) console.error("Development homeserver:", error);
  const { retry_after_ms } = told.details;
  if (typeof retry_after_ms === "number") response.setHeader("retry-after", Math.ceil(retry_after_ms / 1000));
  sendJson(response, told.status, told.toJSON());
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { ...CORS, "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
