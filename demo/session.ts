/** A signed-in session, kept in this browser so that a reload goes on with it. */

export interface Session {
  readonly homeserverUrl: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly accessToken: string;
}

const PLACE = "key-backup-sync-demo";

export function keptSession(): Session | null {
  const kept = localStorage.getItem(PLACE);
  return kept === null ? null : (JSON.parse(kept) as Session);
}

export function keepSession(session: Session): void {
  localStorage.setItem(PLACE, JSON.stringify(session));
}

export function forgetSession(): void {
  localStorage.removeItem(PLACE);
}
