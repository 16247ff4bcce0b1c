/** Room keys of rooms that somebody is looking at, straight from the homeserver into the crypto store. They are counted when all others are. */
import { FEWEST_AT_ONCE } from "./batch-size.js";
import type { CryptoStore } from "./host.js";
import { nextTask } from "./next-task.js";
import type { PriorityRooms } from "./priority-rooms.js";
import { isPassing } from "./retries.js";
import type { WorkerLink } from "./worker-link.js";

export interface RoomImportOptions {
  readonly link: WorkerLink;
  readonly priorities: PriorityRooms;
  readonly cryptoStore: Pick<CryptoStore, "importRoomKeys">;
  readonly backupVersion: string;
  readonly signal: AbortSignal;
  /** Called when the keys of a room are in, or will come with all others. */
  readonly onRoom: () => void;
}

/** Goes on until it is aborted. @throws the abort's reason; what the crypto store throws */
export async function importRooms(options: RoomImportOptions): Promise<void> {
  const { priorities, signal } = options;
  for (;;) {
    await priorities.any(signal);
    const roomId = priorities.take();
    if (roomId !== undefined) await importRoom(roomId, options);
    options.onRoom();
  }
}

async function importRoom(
  roomId: string,
  { link, cryptoStore, backupVersion, signal }: RoomImportOptions,
): Promise<void> {
  try {
    await link.call("openRoom", [roomId], signal);
    for (;;) {
      const roomKeys = await link.call("nextOfRoom", [FEWEST_AT_ONCE], signal);
      if (!roomKeys) return;
      await nextTask();
      await cryptoStore.importRoomKeys(roomKeys, backupVersion);
    }
  } catch (cause) {
    // Not at any price: the room comes with all others.
    if (!isPassing(cause)) throw cause;
  }
}
