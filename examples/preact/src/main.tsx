import "key-backup-sync/components";
import type {} from "key-backup-sync/types/preact";
import { render } from "preact";
import { signIn } from "sign-in";

const client = await signIn(new URLSearchParams(location.search));

render(
  <key-backup-sync
    client={client}
    intensity="fast"
    onkey-backup-state-change={({ state }) => {
      document.title = state.status;
    }}
  />,
  document.getElementById("app") as HTMLElement,
);
