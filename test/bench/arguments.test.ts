import { describe, expect, it } from "vitest";
import { oneOf, wholeNumber } from "../../bench/arguments.ts";

describe("what a benchmark is given", () => {
  it("is a whole number above 0 where it counts", () => {
    expect(wholeNumber("rounds", "24")).toBe(24);
    for (const text of ["x", "0", "-3", "1.5", "", "1e99"])
      expect(() => wholeNumber("rounds", text)).toThrow(
        `--rounds ${text}: this is not a whole number above 0`,
      );
  });

  it("is one of the words that there are", () => {
    expect(oneOf("load", "idle", ["idle", "spinning"])).toBe("idle");
    expect(() => oneOf("load", "busy", ["idle", "spinning"])).toThrow("--load busy: there is no such");
  });
});
