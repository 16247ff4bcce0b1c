/**
 * What a homeserver can do wrong, or to us, by topic; each with where the run is to end: complete, or in a state that says what is the
 * matter. What it can do with time is in silence.test.ts, with more bytes than fit in a test in endless-answer.test.ts.
 */

import { MISBEHAVING_JSON } from "./misbehaving-json.js";
import { MISBEHAVING_ROOM_KEYS } from "./misbehaving-room-keys.js";
import { MISBEHAVING_TRANSPORT } from "./misbehaving-transport.js";
import type { Misbehaviour } from "./misbehaviour.js";

export const MISBEHAVIOURS: Readonly<Record<string, readonly Misbehaviour[]>> = {
  ...MISBEHAVING_JSON,
  ...MISBEHAVING_ROOM_KEYS,
  ...MISBEHAVING_TRANSPORT,
};
