/**
 * A host's page: a client with its crypto store on this device, and `<key-backup-sync>`. It tells node what is shown and what is
 * imported, and has its workers at hand.
 */
import "../../../components/index.js";
import type { MatrixClient } from "matrix-js-sdk";
import { controllerFor } from "../../../src/index.js";
import { failedCount, type KeyBackupSyncState, syncOf } from "../../../src/state.js";
import { cryptoOf, learnDecryptionKey, openMatrixClient } from "../../support/matrix-client.js";
import { terminateWorkers } from "../../support/terminable-workers.js";
import type { Note, PageParameters } from "./wire.js";

/** What matrix-js-sdk does not make public. */
interface CryptoBackend {
  importBackedUpRoomKeys(roomKeys: readonly { session_id: string }[], ...others: unknown[]): Promise<void>;
  readonly olmMachine: { roomKeyCounts(): Promise<{ total: number; backedUp: number }> };
}

const parameters = Object.fromEntries(new URLSearchParams(location.search)) as unknown as PageParameters;
const life = crypto.randomUUID();

const tellNode = (note: Note): Promise<void> => globalThis.tell(life, note);

function noteOf(state: KeyBackupSyncState): Note {
  const reason = state.status === "failed" ? state.error.code : "reason" in state ? state.reason : null;
  return { type: "state", status: state.status, reason, progress: syncOf(state)?.progress ?? null };
}

/** Room keys that the run is known to be done with: the same number as long as it is at the same batch. */
function settledCount(client: MatrixClient): number {
  const progress = syncOf(controllerFor(client).state)?.progress;
  return progress ? progress.imported + failedCount(progress) : 0;
}

/** No import begins before node knows of it, however the page dies in it. */
function tellImports(client: MatrixClient, backend: CryptoBackend): void {
  const importThem = backend.importBackedUpRoomKeys.bind(backend);
  let calls = 0;
  backend.importBackedUpRoomKeys = async (roomKeys, ...others) => {
    const call = ++calls;
    const sessions = roomKeys.map(({ session_id }) => session_id);
    await tellNode({ type: "import-begins", call, sessions, settled: settledCount(client) });
    try {
      await importThem(roomKeys, ...others);
    } finally {
      void tellNode({ type: "import-ends", call });
    }
  };
}

function showElement(client: MatrixClient): HTMLElement {
  const element = document.createElement("key-backup-sync");
  element.lang = "en";
  element.client = client;
  element.addEventListener("key-backup-state-change", ({ state }) => void tellNode(noteOf(state)));
  document.body.append(element);
  return element;
}

function press(element: HTMLElement, name: string): boolean {
  const buttons = element.shadowRoot?.querySelector("key-backup-controls")?.shadowRoot?.querySelectorAll("button");
  const button = [...(buttons ?? [])].find((candidate) => candidate.textContent?.trim() === name);
  button?.click();
  return button !== undefined && button.getAttribute("aria-disabled") !== "true";
}

const { url, version, decryptionKey, ...device } = parameters;
const client = await openMatrixClient(url, device);
const backend = cryptoOf(client) as unknown as CryptoBackend;
tellImports(client, backend);
if (!(await cryptoOf(client).getSessionBackupPrivateKey())) await learnDecryptionKey(client, decryptionKey, version);
const element = showElement(client);

globalThis.device = {
  press: (name) => press(element, name),
  terminateWorkers,
  async roomKeyCounts() {
    const { total, backedUp } = await backend.olmMachine.roomKeyCounts();
    return { total, backedUp };
  },
  async sessions() {
    const roomKeys = await cryptoOf(client).exportRoomKeys();
    return roomKeys.map(({ room_id, session_id }) => `${room_id} ${session_id}`);
  },
};
