import { type KeyBackupSyncState, syncOf } from "key-backup-sync";
import "key-backup-sync/components";
import { signIn } from "sign-in";

const element = document.querySelector("key-backup-sync");
element?.addEventListener("key-backup-state-change", ({ state }) => {
  document.title = titleOf(state);
});

signIn(new URLSearchParams(location.search)).then((client) => {
  if (element) element.client = client;
});

function titleOf(state: KeyBackupSyncState): string {
  return `${state.status}: ${syncOf(state)?.progress.imported ?? 0} keys`;
}
