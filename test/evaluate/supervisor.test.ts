import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeMismatch } from "../../src/evaluate/describe.ts";
import { encodePlan } from "../../src/evaluate/encode-plan.ts";
import { isTiming, startSupervisor, type PairReply, type Supervisor } from "../../src/evaluate/supervisor.ts";
import type { FillRule, Slot } from "../../src/task/call-plan.ts";
import type { StructType, Type } from "../../src/task/signature.ts";
import { caseSlot, libraryOf, outputSlot, scalar } from "./hand-made.ts";

let supervisor: Supervisor;
let plans = 0;

beforeAll(async () => {
  supervisor = await startSupervisor();
});
afterAll(() => supervisor.close());

interface Arms {
  readonly reference: string;
  readonly candidate: string;
}

/** Pairs on fresh workers, one for each seed; after "nearly" one element is another than the seed makes it. */
async function pairsOf(
  arms: Arms,
  slots: readonly Slot[],
  seeds: readonly (string | undefined)[] = [undefined],
  shape: { instances?: number; dense?: boolean } = {},
): Promise<PairReply[]> {
  const name = `t${++plans}`;
  const tolerance = { relative: 1e-6, absolute: 1e-9 };
  await supervisor.addPlan(encodePlan({ sizes: {}, slots, tolerance }, { name, growBytes: 4096, ...shape }));
  for (const worker of ["reference", "candidate"] as const) {
    const start = { name: worker, library: arms[worker], threads: 1, limitMs: 10_000, plans: [name] };
    expect(await supervisor.start(start)).toEqual([undefined]);
  }
  const replies: PairReply[] = [];
  const limits = { referenceLimitMs: 5000, candidateLimitMs: 5000 };
  for (const words of seeds) {
    const [seed, nearly] = words?.split(" ") ?? [];
    const request = { plan: name, reference: "reference", candidate: "candidate", seed, ...limits };
    replies.push(await supervisor.pair({ ...request, oneChanged: nearly !== undefined }));
  }
  await supervisor.end("reference");
  await supervisor.end("candidate");
  await supervisor.dropPlan(name);
  return replies;
}

describe("values", () => {
  let arms: Arms;
  beforeAll(async () => {
    arms = {
      reference: await libraryOf("properties.c", "-DEXPECTED"),
      candidate: await libraryOf("properties.c"),
    };
  });

  const pair: StructType = {
    kind: "struct",
    name: "pair",
    size: 24,
    alignment: 8,
    fields: [
      { name: "letter", offset: 0, type: scalar("u8") },
      { name: "weight", offset: 8, type: scalar("f64") },
      { name: "digits", offset: 16, type: { kind: "array", element: scalar("i16"), length: 3 } },
    ],
  };
  const integers = (low: string, high = low): FillRule => ({ kind: "integers", low, high });
  const uniform = (low: string, high: string): FillRule => ({ kind: "uniform", low, high });
  const text = (letters: string, terminated = false): FillRule => ({
    kind: "text",
    alphabet: [...Buffer.from(letters)],
    terminated,
  });
  const each = (lowLength: number, highLength: number, rule: FillRule): FillRule => ({
    kind: "each",
    lowLength,
    highLength,
    rule,
  });
  const sorted = (rule: FillRule): FillRule => ({ kind: "sorted", rule });
  const data = (type: Type, count: number, rule: FillRule, array = true): Slot => ({
    name: "data",
    mode: "in",
    type,
    count,
    array,
    rule,
  });
  const vector = (element: Type): Type => ({ kind: "vector", element });

  it.each<[string, number, Slot]>([
    ["uniform reals stay within their bounds", 1, data(scalar("f64"), 1000, uniform("-2", "3"))],
    ["integers reach both of their bounds", 2, data(scalar("i32"), 1000, integers("-5", "5"))],
    ["a permutation has everything once", 3, data(scalar("u32"), 1000, { kind: "permutation" })],
    [
      "sorted reals rise, from negative to positive",
      4,
      data(scalar("f64"), 1000, sorted(uniform("-1", "1"))),
    ],
    [
      "sorted bytes rise, from negative to positive",
      17,
      data(scalar("i8"), 1000, sorted(integers("-9", "9"))),
    ],
    ["text ends with a zero where it is terminated", 5, data(scalar("i8"), 40, text("ab", true))],
    ["integers beyond 2^53 are exact", 6, data(scalar("i64"), 1, integers("9007199254740993"), false)],
    [
      "so is the largest of 64 bits",
      7,
      data(scalar("u64"), 1, { kind: "constant", value: "18446744073709551615" }, false),
    ],
    [
      "normal values have their mean and deviation",
      8,
      data(scalar("f64"), 10_000, { kind: "normal", mean: "10", deviation: "2" }),
    ],
    ["bools are zeros and ones", 9, data(scalar("bool"), 1000, integers("0", "1"))],
    [
      "each field has its rule, a sorted one rises over the array, padding is zero",
      10,
      data(pair, 50, { kind: "fields", rules: [text("xy"), sorted(uniform("0", "1")), integers("0", "9")] }),
    ],
    [
      "strings in a vector are sorted whole",
      11,
      data(vector({ kind: "string" }), 20, sorted(each(2, 5, text("pq"))), false),
    ],
    [
      "inner vectors have lengths of their own",
      12,
      data(vector(vector(scalar("i32"))), 100, each(0, 4, integers("7")), false),
    ],
    ["complex numbers have two parts", 13, data(scalar("c64"), 100, uniform("-1", "1"))],
    ["an empty array is not null", 14, data(scalar("f64"), 0, uniform("0", "1"))],
    [
      "an array is aligned to 64 bytes and exactly as large as said",
      15,
      data(scalar("f64"), 3, uniform("0", "1")),
    ],
    [
      "around an array lie numbers that show where they are read by mistake",
      19,
      data(scalar("f64"), 3, uniform("0", "1")),
    ],
    ["long doubles are made too", 16, data(scalar("f80"), 2, uniform("1", "2"))],
  ])("%s", async (_, which, slot) => {
    const verdict = outputSlot(scalar("bool"), { name: "holds" });
    const [reply] = await pairsOf(arms, [caseSlot(which), slot, verdict]);
    expect(reply?.mismatch).toBeUndefined();
    expect(isTiming(reply?.candidate)).toBe(true);
  });

  it.each<[string, number, Slot]>([
    ["an array", 20, data(scalar("f64"), 100, uniform("0", "1"))],
    ["a string in a vector", 21, data(vector({ kind: "string" }), 20, each(3, 3, text("ab")), false)],
    ["nothing that is sorted", 18, data(scalar("f64"), 100, sorted(uniform("0", "1")))],
    ["nothing that is a permutation", 18, data(scalar("u32"), 100, { kind: "permutation" })],
    ["nothing that is empty", 18, data(scalar("f64"), 0, uniform("0", "1"))],
  ])("one element can be changed: in %s", async (_, which, slot) => {
    const replies = await pairsOf(
      arms,
      [caseSlot(which), slot, outputSlot(scalar("bool"))],
      ["7", "7 nearly"],
    );
    expect(replies.map((reply) => isTiming(reply.candidate) && reply.mismatch === undefined)).toEqual([
      true,
      true,
    ]);
  });

  it("the same seed gives the same values, another gives others", async () => {
    const slots = [caseSlot(18), data(scalar("f64"), 100, uniform("0", "1")), outputSlot(scalar("bool"))];
    const replies = await pairsOf(arms, slots, ["1", "1", "2", "2", undefined]);
    expect(replies.map((reply) => reply.mismatch === undefined)).toEqual([true, true, false, true, false]);
    expect(replies.at(2)?.seed).toBe("2");
  });
});

describe("comparison", () => {
  let arms: Arms;
  beforeAll(async () => {
    arms = {
      reference: await libraryOf("differences.c"),
      candidate: await libraryOf("differences.c", "-DCANDIDATE"),
    };
  });
  const pair: StructType = {
    kind: "struct",
    name: "pair",
    size: 16,
    alignment: 8,
    fields: [
      { name: "letter", offset: 0, type: scalar("u8") },
      { name: "weight", offset: 8, type: scalar("f64") },
    ],
  };
  const reals = outputSlot(scalar("f64"), { count: 8 });
  const integers = outputSlot(scalar("i32"), { count: 16 });
  const grown = (type: Type): Slot => outputSlot(type, { count: 0, array: false });
  const number = outputSlot(scalar("i32"), { name: "length" });

  async function differenceOf(which: number, slot: Slot): Promise<string | undefined> {
    const [reply] = await pairsOf(arms, [caseSlot(which), slot, number]);
    const found = reply?.candidateBounds ?? reply?.mismatch;
    return found && describeMismatch(found, { m: 3 });
  }

  it.each<[string, number, Slot]>([
    ["reals within the tolerance, with equal infinities, NaN on NaN and both zeros", 1, reals],
    ["whatever lies in padding", 17, outputSlot(pair, { count: 4 })],
    ["what lies beyond the used part", 13, { ...integers, used: [{ kind: "slot", index: 2 }] }],
    ["scratch room", 7, { ...integers, mode: "scratch" }],
  ])("agrees on %s", async (_, which, slot) => {
    expect(await differenceOf(which, slot)).toBeUndefined();
  });

  it.each<[string, number, Slot, string]>([
    ["a real beyond the tolerance", 2, reals, "out[2]: 2.000003, but the reference gives 2 (m=3)"],
    ["a number in place of NaN", 3, reals, "out[5]: 5, but the reference gives nan (m=3)"],
    ["NaN in place of a number", 4, reals, "out[5]: nan, but the reference gives 5 (m=3)"],
    ["the other infinity", 5, reals, "out[7]: -inf, but the reference gives inf (m=3)"],
    ["infinity in place of a large number", 6, reals, "out[7]: inf, but the reference gives 1e+308 (m=3)"],
    ["an integer off by one", 7, integers, "out[3]: 4, but the reference gives 3 (m=3)"],
    [
      "a field of a struct",
      8,
      outputSlot(pair, { count: 4 }),
      "out[2].weight: 3.5, but the reference gives 2.5 (m=3)",
    ],
    [
      "an element of an inner vector",
      9,
      grown({ kind: "vector", element: { kind: "vector", element: scalar("i32") } }),
      "out[1][2]: 4, but the reference gives 3 (m=3)",
    ],
    [
      "a letter of a string in a vector",
      10,
      grown({ kind: "vector", element: { kind: "string" } }),
      "out[1][3]: 116 ('t'), but the reference gives 100 ('d') (m=3)",
    ],
    ["a length", 11, grown({ kind: "string" }), "out has 6 elements, but the reference's has 4 (m=3)"],
    [
      "a length that cannot be",
      12,
      grown({ kind: "vector", element: scalar("f64") }),
      "out has 1152921504606846976 elements, but the reference's has 2 (m=3)",
    ],
    [
      "the last of the used part",
      14,
      { ...integers, used: [{ kind: "slot", index: 2 }] },
      "out[5]: 5, but the reference gives 0 (m=3)",
    ],
    [
      "a byte before the first element",
      15,
      integers,
      "wrote outside of out, just before its first element (m=3)",
    ],
    [
      "an imaginary part",
      16,
      outputSlot(scalar("c64")),
      "out[0].imaginary: 3, but the reference gives 2 (m=3)",
    ],
    [
      "a bool that is neither",
      18,
      outputSlot(scalar("bool")),
      "out[0]: neither true nor false, but the reference gives true (m=3)",
    ],
  ])("notices %s", async (_, which, slot, expected) => {
    expect(await differenceOf(which, slot)).toBe(expected);
  });

  it("looks at every instance of a batch", async () => {
    const slots = [caseSlot(7), integers, number];
    const [reply] = await pairsOf(arms, slots, [undefined], { instances: 100, dense: true });
    expect(reply?.mismatch?.path).toBe("out[3]");
  });
});

describe("the conversation", () => {
  it("a worker that is never loaded does not take the time of those that are started beside it", async () => {
    await supervisor.addPlan(
      encodePlan(
        { sizes: {}, slots: [], tolerance: { relative: 0, absolute: 0 } },
        { name: "none", growBytes: 0 },
      ),
    );
    const common = { threads: 1, limitMs: 1000, plans: ["none"] };
    const endings = await supervisor.start(
      { ...common, name: "candidate", library: await libraryOf("endless.c", "-DLOADED") },
      { ...common, name: "reference", library: await libraryOf("endless.c") },
    );
    expect(endings).toEqual([expect.objectContaining({ ended: "timeout", phase: "load" }), undefined]);
    for (const worker of ["candidate", "reference"]) await supervisor.end(worker);
    await supervisor.dropPlan("none");
  });

  it("refuses a malformed plan and goes on", async () => {
    await expect(supervisor.addPlan("plan broken 1 0 0 0 0 1 x in 1 5 f65 noise 0")).rejects.toThrow(
      /malformed plan/,
    );
    await expect(supervisor.addPlan("plan broken 1 0 0 0 0 99")).rejects.toThrow(/malformed plan/);
    await expect(supervisor.dropPlan("never")).rejects.toThrow(/malformed command/);
    await supervisor.addPlan("plan whole 1 0 0 0 0 1 x in 1 5 f64 noise 0");
    await supervisor.dropPlan("whole");
  });
});
