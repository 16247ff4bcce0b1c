/** The account's rooms with their last messages: locked as long as their room keys are missing. */
import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import {
  ClientEvent,
  type MatrixClient,
  type MatrixEvent,
  MatrixEventEvent,
  type Room,
  RoomEvent,
} from "matrix-js-sdk";
import { cardStyles, demoStyles } from "./demo.styles.js";
import { roomListStyles } from "./room-list.styles.js";

const ROOMS = 12;
const MESSAGES = 5;
const REFRESHING = [ClientEvent.Sync, RoomEvent.Timeline, RoomEvent.Name, MatrixEventEvent.Decrypted] as const;

@customElement("room-list")
export class RoomList extends LitElement {
  static override styles = [demoStyles, cardStyles, roomListStyles];

  @property({ attribute: false }) client!: MatrixClient;

  override connectedCallback(): void {
    super.connectedCallback();
    for (const event of REFRESHING) this.client.on(event, this.#refresh);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const event of REFRESHING) this.client.off(event, this.#refresh);
  }

  override render() {
    const rooms = lastUsed(this.client.getRooms());
    const messages = rooms.flatMap(lastMessages);
    const readable = messages.filter((event) => !isLocked(event)).length;
    if (rooms.length === 0) return html`<h2>Rooms</h2><p class="muted">${this.#reasonForNoRooms}</p>`;
    return html`
      <header class="row">
        <h2>Rooms</h2>
        <span class="muted" id="readable">${readable} of ${messages.length} messages readable</span>
      </header>
      ${repeat(rooms, ({ roomId }) => roomId, viewOfRoom)}
    `;
  }

  get #reasonForNoRooms(): string {
    return this.client.isInitialSyncComplete() ? "This account is in no room." : "Loading the rooms…";
  }

  override updated(): void {
    for (const event of lastUsed(this.client.getRooms()).flatMap(lastMessages)) {
      void this.client.decryptEventIfNeeded(event);
    }
  }

  #refresh = (): void => this.requestUpdate();
}

function viewOfRoom(room: Room) {
  const messages = lastMessages(room);
  return html`
    <section>
      <h3 dir="auto">${room.name}</h3>
      ${messages.length === 0 ? html`<p class="muted">No messages.</p>` : nothing}
      <ol>
        ${repeat(
          messages,
          (event) => event.getId(),
          (event) => viewOfMessage(room, event),
        )}
      </ol>
    </section>
  `;
}

function viewOfMessage(room: Room, event: MatrixEvent) {
  const sender = event.getSender() ?? "";
  return html`
    <li class=${isLocked(event) ? "locked" : "readable"}>
      <span class="sender" dir="auto">${room.getMember(sender)?.name ?? sender}</span>
      <span class="body" dir="auto">${bodyOf(event)}</span>
    </li>
  `;
}

function bodyOf(event: MatrixEvent): string {
  if (event.isDecryptionFailure()) return "Locked: this device lacks the room key";
  if (isLocked(event)) return "Decrypting…";
  const { body } = event.getContent<{ body?: unknown }>();
  return typeof body === "string" ? body : "(not a text message)";
}

function isLocked(event: MatrixEvent): boolean {
  return event.getType() === "m.room.encrypted" || event.isDecryptionFailure();
}

function lastUsed(rooms: readonly Room[]): Room[] {
  const joined = rooms.filter((room) => room.getMyMembership() === "join");
  return joined.sort((a, b) => b.getLastActiveTimestamp() - a.getLastActiveTimestamp()).slice(0, ROOMS);
}

function lastMessages(room: Room): MatrixEvent[] {
  const isMessage = (event: MatrixEvent) =>
    ["m.room.message", "m.room.encrypted"].includes(event.getType()) && !event.isRedacted();
  return room.getLiveTimeline().getEvents().filter(isMessage).slice(-MESSAGES);
}

declare global {
  interface HTMLElementTagNameMap {
    "room-list": RoomList;
  }
}
