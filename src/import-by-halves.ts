/** Room keys into a crypto store that drops or refuses some of them: by halves, down to those. Importing one again changes nothing. */
import type { RoomKey } from "./host.js";

export type ImportAll = (roomKeys: readonly RoomKey[]) => Promise<{ readonly rejected: number }>;

export type Fate =
  | { readonly kind: "taken" }
  /** The crypto store says so. */
  | { readonly kind: "rejected" }
  /** It threw for this one alone: which may be the fault of either. */
  | { readonly kind: "refused"; readonly cause: unknown };

export interface Tried {
  readonly roomKey: RoomKey;
  readonly fate: Fate;
}

/** @returns all of them, in their order, which is that of the calls */
export async function importByHalves(roomKeys: readonly RoomKey[], importAll: ImportAll): Promise<readonly Tried[]> {
  const fate = await fateOf(roomKeys, importAll);
  if (fate) return roomKeys.map((roomKey) => ({ roomKey, fate }));
  const middle = Math.ceil(roomKeys.length / 2);
  const first = await importByHalves(roomKeys.slice(0, middle), importAll);
  return [...first, ...(await importByHalves(roomKeys.slice(middle), importAll))];
}

/** `null` if it need not be the same for all of them: a count does not tell which, and a throw may be for one. */
async function fateOf(roomKeys: readonly RoomKey[], importAll: ImportAll): Promise<Fate | null> {
  try {
    const { rejected } = await importAll(roomKeys);
    if (rejected === 0) return { kind: "taken" };
    return rejected < roomKeys.length ? null : { kind: "rejected" };
  } catch (cause) {
    return roomKeys.length === 1 ? { kind: "refused", cause } : null;
  }
}
