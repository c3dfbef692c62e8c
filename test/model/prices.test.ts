import { expect, test } from "vitest";
import { costOf, priceOf } from "../../src/model/prices.ts";
import { estimateTokens, estimateUsage } from "../../src/model/token-estimate.ts";

test("a price is that of a model at its own endpoint, and unknown elsewhere", () => {
  expect(priceOf("openai:gpt-4.1-mini")).toEqual({ inputUsd: 0.4, outputUsd: 1.6 });
  expect(priceOf("openai:gpt-4.1-mini@https://api.openai.com/v1/")).toEqual({
    inputUsd: 0.4,
    outputUsd: 1.6,
  });
  expect(priceOf("openai:gpt-4.1-mini@http://127.0.0.1:11434/v1")).toBeUndefined();
  expect(priceOf("openai:constructor")).toBeUndefined();
  expect(priceOf("hf:Qwen/Qwen2.5-Coder-14B-Instruct")).toBeUndefined();
  expect(priceOf("gguf:/m.gguf")).toEqual({ inputUsd: 0, outputUsd: 0 });
});

test("a cost counts both kinds of tokens, and is unknown where the price is", () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 500_000, estimated: false };
  expect(costOf(usage, { inputUsd: 0.4, outputUsd: 1.6 })).toBeCloseTo(1.2, 12);
  expect(costOf(usage, undefined)).toBeUndefined();
});

test("tokens are guessed from bytes, so that letters beyond ASCII count for more", () => {
  expect(estimateTokens("")).toBe(0);
  expect(estimateTokens("x".repeat(35))).toBe(10);
  expect(estimateTokens("é".repeat(35))).toBe(20);
  expect(estimateUsage([{ role: "user", content: "x".repeat(35) }], "y".repeat(7))).toEqual({
    inputTokens: 14,
    outputTokens: 2,
    estimated: true,
  });
});
