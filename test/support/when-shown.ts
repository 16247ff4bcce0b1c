/** What `<key-backup-sync>` comes to show. */
import type { KeyBackupSyncElement } from "../../components/index.js";
import type { KeyBackupSyncState } from "../../src/state.js";

type StateOf<Status extends KeyBackupSyncState["status"]> = Extract<KeyBackupSyncState, { status: Status }>;

/** Resolves with the first state of that status, from now on, that passes the test. Rejects if the run fails meanwhile. */
export function whenShown<Status extends KeyBackupSyncState["status"]>(
  element: KeyBackupSyncElement,
  status: Status,
  test: (state: StateOf<Status>) => boolean = () => true,
): Promise<StateOf<Status>> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      element.removeEventListener("key-backup-state-change", onChange);
      settle();
    };
    const look = () => {
      const { state } = element;
      const isWanted = state.status === status && test(state as StateOf<Status>);
      if (isWanted) end(() => resolve(state as StateOf<Status>));
      return isWanted;
    };
    const onChange = () => {
      const { state } = element;
      if (!look() && state.status === "failed") end(() => reject(state.error));
    };
    element.addEventListener("key-backup-state-change", onChange);
    look();
  });
}
