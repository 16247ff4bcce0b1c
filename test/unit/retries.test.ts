import { expect } from "@open-wc/testing";
import { untilRetry } from "../../src/retries.js";

describe("The wait for another try", () => {
  it("does not begin for a run that was just ended", async () => {
    const fault = await untilRetry(3_600_000, AbortSignal.abort()).catch((cause: Error) => cause.name);
    expect(fault).to.equal("AbortError");
  });

  it("ends when the device is online again", async () => {
    const waiting = untilRetry(3_600_000, new AbortController().signal);
    self.dispatchEvent(new Event("online"));
    await waiting;
  });
});
