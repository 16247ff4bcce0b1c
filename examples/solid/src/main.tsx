import "key-backup-sync/components";
import type {} from "key-backup-sync/types/solid";
import { signIn } from "sign-in";
import { render } from "solid-js/web";

const client = await signIn(new URLSearchParams(location.search));

render(
  () => (
    <key-backup-sync
      prop:client={client}
      prop:intensity="fast"
      on:key-backup-state-change={({ state }) => {
        document.title = state.status;
      }}
    />
  ),
  document.getElementById("app") as HTMLElement,
);
