/** The public door of the part without UI. */
export { configure, type FileLocations } from "./configure.js";
export { KeyBackupSyncController } from "./controller.js";
export type { ResetQuestion } from "./destroying-calls.js";
export { type ErrorCode, KeyBackupSyncError, type NextMove } from "./errors.js";
export {
  controllerFor,
  fromMatrixClient,
  type MatrixClientLike,
  type MatrixCryptoLike,
  type MatrixEventLike,
  type MatrixRoomLike,
  readinessOf,
} from "./from-matrix-client.js";
export {
  type GuardableClient,
  type GuardOptions,
  guardBackupReset,
  type ResetConfirmation,
} from "./guard-backup-reset.js";
export { guardRestore } from "./guard-restore.js";
export type {
  Account,
  BackedUpRoomKeys,
  CryptoStore,
  CryptoStoreContents,
  Host,
  RoomKey,
  RoomKeyUpload,
  Rooms,
  UploadListener,
} from "./host.js";
export type * from "./reset.js";
export * from "./state.js";
