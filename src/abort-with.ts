/**
 * One function, in place of `AbortSignal.any`. WebKit (WebKitGTK 2.50.6) collects a signal made by `AbortSignal.any` that only a `fetch`
 * holds as soon as the response headers are there, so the body of the response is then read to its end, whatever is aborted.
 */

/**
 * A controller that also aborts when the signal does, with the same reason. Abort the controller when its work has ended: it then no longer
 * listens to the signal.
 */
export function abortWith(signal: AbortSignal): AbortController {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true, signal: controller.signal });
  return controller;
}
