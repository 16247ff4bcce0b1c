import type { KeyBackupSyncElement } from "key-backup-sync/components";
import { KeyBackupSync } from "key-backup-sync/react";
import type { MatrixClient } from "matrix-js-sdk";
import { StrictMode, useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { signIn } from "sign-in";

const signedIn = signIn(new URLSearchParams(location.search));

function App() {
  const element = useRef<KeyBackupSyncElement>(null);
  const [client, setClient] = useState<MatrixClient | null>(null);
  const [status, setStatus] = useState("");
  useEffect(() => {
    signedIn.then(setClient);
  }, []);
  return (
    <>
      <KeyBackupSync
        ref={element}
        client={client}
        intensity="fast"
        onKeyBackupStateChange={({ state }) => setStatus(state.status)}
      />
      <button type="button" onClick={() => element.current?.confirmReset()}>
        Reset? {status}
      </button>
    </>
  );
}

createRoot(document.getElementById("app") as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
