import { describe, expect, it } from "vitest";
import { useBench } from "./judge.ts";

const bench = useBench();

describe("an honest candidate", () => {
  it("is measured, and leaves nothing behind", async () => {
    await bench.expectUnharmed();
  });

  it("wins where it is faster", async () => {
    expect(await bench.judge("twins/baseline.c")).toMatchObject({ status: "measured", faster: true });
  });
});
