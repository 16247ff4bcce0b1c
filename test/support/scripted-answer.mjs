/** Sends one scripted answer over a real HTTP connection, step by step, as slow and as broken as the script says. */
import { setTimeout as delay } from "node:timers/promises";

/** @typedef {import("./scripted-homeserver.js").ScriptedAnswer} ScriptedAnswer */
/** @typedef {import("./scripted-homeserver.js").Step} Step */
/** @typedef {import("node:http").ServerResponse} ServerResponse */

const REPEAT_BYTES = 65_536;
const ARRIVAL_MS = 50;

/**
 * Returns when the answer is sent, cut or no longer wanted. The head goes out with the first bytes, even with no bytes at all.
 * @param {ServerResponse} response @param {ScriptedAnswer} answer @param {(name: string) => Promise<void>} released
 */
export async function sendAnswer(response, answer, released) {
  const gone = new Promise((resolve) => response.once("close", resolve));
  writeHead(response, answer);
  for (const step of stepsOf(answer)) {
    if ("cut" in step) return await cut(response);
    if ("hangUp" in step) return await hangUp(response);
    await Promise.race([take(step, response, released), gone]);
    if (response.destroyed) return;
  }
  response.end();
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

/** @param {Step} step @param {ServerResponse} response @param {(name: string) => Promise<void>} released */
async function take(step, response, released) {
  if ("send" in step) await write(response, Buffer.from(step.send));
  else if ("sendBase64" in step) await write(response, Buffer.from(step.sendBase64, "base64"));
  else if ("repeat" in step) await writeRepeated(response, step);
  else if ("wait" in step) await delay(step.wait);
  else if ("until" in step) await released(step.until);
  else await new Promise(() => {});
}

/** Resolves when the system has taken the bytes. @param {ServerResponse} response @param {Buffer} bytes */
async function write(response, bytes) {
  if (bytes.length === 0) response.flushHeaders();
  else await new Promise((resolve) => response.write(bytes, resolve));
}

/** @param {ServerResponse} response @param {{ repeat: string, times: number }} step */
async function writeRepeated(response, { repeat, times }) {
  const atATime = Math.max(1, Math.floor(REPEAT_BYTES / Buffer.byteLength(repeat)));
  for (let left = times; left > 0 && !response.destroyed; left -= atATime) {
    await write(response, Buffer.from(repeat.repeat(Math.min(left, atATime))));
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
