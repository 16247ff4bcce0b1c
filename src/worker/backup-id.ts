/**
 * What tells one backup from another. The version alone does not: a homeserver that lost its database counts versions anew, and so does
 * an account that was deactivated and came back.
 */
import { canonicalKey } from "./lenient-base64.js";

/** Names a backup in the spool. Rows of databases before version 4 have the backup version alone for an ID. */
export function backupIdOf(version: string, publicKey: string): string {
  return JSON.stringify([version, publicKey]);
}

/** 32 bytes in base64, as a homeserver or client pads it or not. */
const CURVE25519_KEY = /^[A-Za-z0-9+/]{43}=?$/;

/** The one spelling of a Curve25519 public key that crypto-wasm uses: base64 without padding. `null` if the value is no such key. */
export function publicKeyFrom(value: unknown): string | null {
  return typeof value === "string" && CURVE25519_KEY.test(value) ? canonicalKey(value) : null;
}
