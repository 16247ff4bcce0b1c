/** What the page and the development homeserver say to each other beside Matrix. Types alone: both sides may import them. */

export interface LineSettings {
  /** `null`: as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** Milliseconds until the first byte of a backup's room keys: a homeserver reads them from its database first. */
  readonly firstByteDelay: number;
  readonly offline: boolean;
}

/** What a page needs to sign in and to unlock the backup. */
export interface SampleAccount {
  readonly userId: string;
  readonly password: string;
  readonly recoveryKey: string;
}
