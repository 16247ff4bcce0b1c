/**
 * 64 bits that stand for a room key's room and session, to be kept by the million. Two keys with the same ones are as likely as one in
 * thirty million at a million keys; a homeserver that makes them alike on purpose hides a key, which it can do without. Not for secrets.
 * After MurmurHash3's mixing, as in cyrb53 (public domain).
 */

export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

/** Each is an unsigned 32-bit number. */
export function fingerprintOf(roomId: string, sessionId: string): Fingerprint {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  const add = (code: number) => {
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  };
  for (let at = 0; at < roomId.length; at++) add(roomId.charCodeAt(at));
  // No UTF-16 code unit: where the one ends and the other begins.
  add(0x10000);
  for (let at = 0; at < sessionId.length; at++) add(sessionId.charCodeAt(at));
  const mixed = mix(low, high);
  return { low: mixed, high: mix(high, mixed) };
}

function mix(a: number, b: number): number {
  return (Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)) >>> 0;
}
