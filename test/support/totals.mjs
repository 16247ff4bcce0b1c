/** How many tests passed, failed and were skipped, and the line that says so. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** @param {Totals} totals changed in place @param {Totals} more */
export function addTotals(totals, more) {
  totals.passed += more.passed;
  totals.failed += more.failed;
  totals.skipped += more.skipped;
}

/** @param {Totals} totals */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
