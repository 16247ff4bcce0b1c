/** Whether what is to be downloaded fits into the storage that the browser gives this origin. */

/** Of a room key as the homeserver sends it, with something to spare; and of one in the crypto store, which is to fit in too. */
const BYTES_SPOOLED = 1100;
const BYTES_IMPORTED = 1500;

/** True where nobody can tell: then the write that fails tells. @param keys number of room keys */
export async function isRoomFor(keys: number): Promise<boolean> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined || usage === undefined || quota - usage > keys * (BYTES_SPOOLED + BYTES_IMPORTED);
  } catch {
    return true;
  }
}
