/** A compare-and-swap for the settling of room keys: what another worker has settled meanwhile is not counted twice. */
import type { BackupRow } from "./backup-row.js";

type Change = (row: BackupRow) => BackupRow;

/**
 * Another worker settled room keys of this backup in between: its page was given the lock while this one still worked. What this worker
 * knows of the spool is out of date, so it settles nothing more of it.
 */
export class OvertakenError extends Error {
  override readonly name = "OvertakenError";
}

/** The change, made only to a row that is as it was `left`. It is checked in the transaction that writes the row. */
export function onlyAsLeft(left: BackupRow | undefined, change: Change): Change {
  return (row) => {
    if (left && !isAsLeft(row, left)) throw new OvertakenError();
    return change(row);
  };
}

/** Whether nobody has settled anything since the row was `left` so: no batch, no segment, no pass. */
function isAsLeft({ id, pass, cursor }: BackupRow, left: BackupRow): boolean {
  const { segment, chunk, offset } = left.cursor;
  const isSameCursor = cursor.segment === segment && cursor.chunk === chunk && cursor.offset === offset;
  return id === left.id && pass === left.pass && isSameCursor;
}
