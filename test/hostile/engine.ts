/**
 * What an engine does not show. WebKit (WebKitGTK 2.50):
 * - takes an answer that it cannot read (an encoding, a chunk without a size) for one that is empty;
 * - reads a 401 to its end before it tells of it, so that one without an end never comes;
 * - has no back-pressure: what comes faster than it is written waits in memory, and its worker hears of nothing else meanwhile. So
 *   answers without an end come as fast as over a good line, not as fast as from this machine;
 * - may keep a transaction open for ever whose worker is terminated in its midst, and all others of that database waiting: so a worker dies
 *   there only where it waits for the homeserver. src/worker/database.ts says what we do about it.
 */
export const isWebKit = !/Chrome|Firefox/.test(navigator.userAgent);
