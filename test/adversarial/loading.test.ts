import { afterAll, describe, it } from "vitest";
import { expectFailure, useBench } from "./judge.ts";

const bench = useBench();

describe("code that runs while the library is loaded", () => {
  afterAll(() => bench.expectUnharmed());

  it("cannot pass by ending with success", async () => {
    const outcome = await bench.judge("attacks/c9-constructor-exit.c");
    expectFailure(outcome, "crashed", /^Exited with status 0 while it was being loaded\.$/);
  });
});
