import { describe, expect, test } from "vitest";
import { parseEmbedderSpec } from "../../src/bank/embedder-spec.ts";
import { createHybridEmbedder } from "../../src/bank/hybrid-embedder.ts";
import { openEmbedder } from "../../src/bank/open-embedder.ts";
import { cosine } from "../../src/bank/similarity.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { UsageError } from "../../src/errors.ts";
import { ModelError } from "../../src/model/chat-model.ts";
import { snippets } from "./snippets.ts";

describe("an embedder's spelling", () => {
  test.each([
    ["structural", { kind: "structural" }],
    ["transformers:./models/e5", { kind: "transformers", place: "./models/e5", settings: {} }],
    [
      "transformers:Xenova/bge-small-en-v1.5?pooling=cls&precision=fp32&revision=v1&wording=code",
      {
        kind: "transformers",
        place: "Xenova/bge-small-en-v1.5",
        settings: { pooling: "cls", precision: "fp32", revision: "v1", wording: "code" },
      },
    ],
    ["hf:org/m", { kind: "remote", spec: { kind: "hf", model: "org/m" }, settings: {} }],
    [
      "openai:nomic:v1@http://127.0.0.1:11434?query=q",
      {
        kind: "remote",
        spec: { kind: "openai", model: "nomic:v1", endpoint: "http://127.0.0.1:11434/v1" },
        settings: { query: "q" },
      },
    ],
    [
      "hybrid:transformers:e5?weight=0.25&pooling=mean",
      {
        kind: "hybrid",
        weight: 0.25,
        with: { kind: "transformers", place: "e5", settings: { pooling: "mean" } },
      },
    ],
  ])("%s is read", (text, spec) => {
    expect(parseEmbedderSpec(text)).toEqual(spec);
  });

  test.each([
    ["", /no kind of embedder/],
    ["structual", /Did you mean "structural"/],
    ["structural?wording=code", /no settings/],
    ["transformers:", /names no model/],
    ["transformers:e5?pooling=max", /pooling/],
    ["transformers:e5?pool=mean", /unknown field pool/],
    ["hf:org/m?pooling=mean", /unknown field pooling/],
    ["hf:org/m@together", /not with together/],
    ["openai:m@http://user:pass@host/v1", /password/],
    ["hybrid:structural", /nothing new/],
    ["hybrid:transformers:e5?weight=1.5", /weight/],
  ])("%s is refused", (text, message) => {
    const error = failure(() => parseEmbedderSpec(text));
    expect(`${error.message} ${error.remedy}`).toMatch(message);
    expect(error.remedy).toBeTruthy();
  });

  test("a key in a spec is refused and not repeated", () => {
    const error = failure(() => parseEmbedderSpec("openai:m@http://x/hf_0123456789abcdef0123"));
    expect(`${error.message}${error.remedy}`).not.toContain("hf_0123456789abcdef0123");
  });

  test("a folder that is not there, and a key that is not there, are named", async () => {
    await expect(openEmbedder("transformers:./nowhere")).rejects.toThrow(
      /nowhere names a folder that is not there/,
    );
    await expect(openEmbedder("hf:org/m", { environment: {} })).rejects.toBeInstanceOf(ModelError);
    await expect(openEmbedder("hf:org/m", { environment: {} })).rejects.toThrow(/HF_TOKEN is not set/);
  });
});

describe("a hybrid embedder", () => {
  const first = createStructuralEmbedder();
  /** Sees the language and nothing else. */
  const second = {
    id: "language-1",
    dimensions: 2,
    embedText: async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0)),
    embedCode: async (sources: readonly { language: string }[]) =>
      sources.map(({ language }) => (language === "c" ? Float32Array.of(1, 0) : Float32Array.of(0, 1))),
  };

  test("likens by the weighted mean of both, with unit vectors", async () => {
    const hybrid = createHybridEmbedder({ first, second, weight: 0.25 });
    const chosen = [
      snippets.find(({ language }) => language === "c")!,
      ...snippets.filter(({ language }) => language === "c++").slice(0, 2),
    ];
    const [vectors, structural] = await Promise.all([hybrid.embedCode(chosen), first.embedCode(chosen)]);
    for (const vector of vectors) {
      expect(vector).toHaveLength(hybrid.dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
    expect(cosine(vectors[1]!, vectors[2]!)).toBeCloseTo(
      0.75 * cosine(structural[1]!, structural[2]!) + 0.25,
      5,
    );
    expect(cosine(vectors[0]!, vectors[1]!)).toBeCloseTo(0.75 * cosine(structural[0]!, structural[1]!), 5);
    expect(hybrid.id).toContain(first.id);
    expect(hybrid.id).toContain("language-1");
  });

  test("needs both", () => {
    for (const weight of [0, 1, -1, Number.NaN]) {
      expect(() => createHybridEmbedder({ first, second, weight })).toThrow(UsageError);
    }
  });
});

function failure(work: () => unknown): UsageError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  return expect.fail("it was taken");
}
