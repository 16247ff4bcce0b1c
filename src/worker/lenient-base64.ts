/** Base64 as clients write it: with or without padding, in either alphabet, also with line breaks. We write one form of it. */

/** `null` if the value is no base64. */
export function bytesOfBase64(value: unknown): Uint8Array | null {
  if (typeof value !== "string") return null;
  try {
    const standard = value.replaceAll("-", "+").replaceAll("_", "/");
    return Uint8Array.from(atob(standard.replace(/[=\s]+$/, "")), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Unpadded, with `+` and `/`: the one form that every crypto store reads. */
export function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

/** The same key in that form; `null` if the value is no base64 of 32 bytes. */
export function canonicalKey(value: unknown): string | null {
  const bytes = bytesOfBase64(value);
  return bytes?.length === 32 ? base64Of(bytes) : null;
}
