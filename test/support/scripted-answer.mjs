/** Sends one scripted answer over a real HTTP connection, step by step, as slow and as broken as the script says. */
import { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { constants, createGzip } from "node:zlib";

/** @typedef {import("./scripted-homeserver.js").ScriptedAnswer} ScriptedAnswer */
/** @typedef {import("./scripted-homeserver.js").Step} Step */
/** @typedef {import("node:stream").Writable} Writable */

const REPEAT_BYTES = 65_536;
/** A busy machine takes some time to read what has arrived. */
const ARRIVAL_MS = 300;

/**
 * Returns when the answer is sent, cut or no longer wanted. The head goes out with the first bytes, even with no bytes at all.
 * @param {ServerResponse} response @param {ScriptedAnswer} answer @param {(name: string) => Promise<void>} released
 */
export async function sendAnswer(response, answer, released) {
  const gone = new Promise((resolve) => response.once("close", resolve));
  writeHead(response, answer);
  const body = answer.gzip ? gzipInto(response) : response;
  for (const step of stepsOf(answer)) {
    if ("cut" in step) return await cut(response);
    if ("hangUp" in step) return await hangUp(response);
    if ("raw" in step) response.socket?.write(step.raw);
    else await Promise.race([take(step, body, released), gone]);
    if (response.destroyed) return;
  }
  body.end();
}

/** @param {ServerResponse} response */
function gzipInto(response) {
  response.setHeader("content-encoding", "gzip");
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  gzip.pipe(response);
  response.once("close", () => gzip.destroy());
  return gzip;
}

/** @param {ServerResponse} response @param {ScriptedAnswer} answer */
function writeHead(response, { status = 200, headers = {} }) {
  response.statusCode = status;
  response.setHeader("content-type", "application/json");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.socket?.setNoDelay(true);
}

/** @param {ScriptedAnswer} answer @returns {readonly Step[]} */
function stepsOf({ body, json }) {
  if (json !== undefined) return [{ send: JSON.stringify(json) }];
  return typeof body === "string" ? [{ send: body }] : (body ?? []);
}

/** @param {Exclude<Step, { raw: string }>} step @param {Writable} body @param {(name: string) => Promise<void>} released */
async function take(step, body, released) {
  if ("send" in step) await write(body, Buffer.from(step.send));
  else if ("sendBase64" in step) await write(body, Buffer.from(step.sendBase64, "base64"));
  else if ("repeat" in step) await (step.every === undefined ? writeRepeated(body, step) : writeSlowly(body, step));
  else if ("wait" in step) await delay(step.wait);
  else if ("until" in step) await released(step.until);
  else await new Promise(() => {});
}

/** Resolves when the system has taken the bytes. @param {Writable} body @param {Buffer} bytes */
async function write(body, bytes) {
  if (bytes.length > 0) await new Promise((resolve) => body.write(bytes, resolve));
  else if (body instanceof ServerResponse) body.flushHeaders();
}

/** @param {Writable} body @param {{ repeat: string, times: number }} step */
async function writeRepeated(body, { repeat, times }) {
  const atATime = Math.max(1, Math.floor(REPEAT_BYTES / Buffer.byteLength(repeat)));
  for (let left = times; left > 0 && !body.destroyed; left -= atATime) {
    await write(body, Buffer.from(repeat.repeat(Math.min(left, atATime))));
  }
}

/** @param {Writable} body @param {{ repeat: string, times: number, every?: number }} step */
async function writeSlowly(body, { repeat, times, every }) {
  for (let left = times; left > 0 && !body.destroyed; left--) {
    await write(body, Buffer.from(repeat));
    await delay(every);
  }
}

/**
 * By RST: every engine makes that an error. What was sent before gets a moment to arrive, for a reset overtakes it.
 * @param {ServerResponse} response
 */
async function cut(response) {
  if (response.headersSent) await delay(ARRIVAL_MS);
  response.socket?.resetAndDestroy();
}

/** By FIN: all that was sent does arrive. @param {ServerResponse} response */
async function hangUp({ socket }) {
  if (socket === null) return;
  await new Promise((resolve) => socket.end(() => resolve(null)));
  socket.destroy();
}
