import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cosine } from "../../src/bank/similarity.ts";
import { createTransformersEmbedder } from "../../src/bank/transformers-embedder.ts";
import { MachineError } from "../../src/errors.ts";
import { snippets } from "./snippets.ts";

const models = fileURLToPath(new URL("../../../shared/models", import.meta.url));
const model = "all-MiniLM-L6-v2";
const installed = isInstalled("@huggingface/transformers");
const missing = [
  ...(installed ? [] : ["@huggingface/transformers is not installed"]),
  ...(existsSync(`${models}/${model}`) ? [] : [`${model} is not in ../shared/models`]),
];

describe("the embedder of a sentence model", () => {
  test.runIf(!installed)("says what to install where its package is absent", async () => {
    const failing = createTransformersEmbedder({ model });
    await expect(failing).rejects.toBeInstanceOf(MachineError);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining("@huggingface/transformers") as string,
      remedy: expect.stringContaining("npm install @huggingface/transformers") as string,
    });
  });

  test.runIf(installed)("says where to look where the model is absent", async () => {
    const failing = createTransformersEmbedder({ model: "no-such-model", localModelPath: "/nowhere" });
    await expect(failing).rejects.toThrow(/no-such-model cannot be loaded/);
    await expect(failing).rejects.toMatchObject({ remedy: expect.stringContaining("/nowhere") as string });
  });

  const title = "brings synonyms together, and code of one kind";
  test.skipIf(missing.length > 0)(
    `${title}${missing.length > 0 ? ` (skipped: ${missing.join(", ")})` : ""}`,
    async () => {
      const embedder = await createTransformersEmbedder({ model, localModelPath: models });
      expect(embedder).toMatchObject({ id: `transformers-1:${model}:q8`, dimensions: 384 });
      const [query, near, far] = await embedder.embedText([
        "walk memory contiguously",
        "access the array sequentially",
        "the string is concatenated",
      ]);
      expect(Math.hypot(...(query ?? []))).toBeCloseTo(1, 4);
      expect(cosine(query ?? [], near ?? [])).toBeGreaterThan(cosine(query ?? [], far ?? []) + 0.1);
      const [product, other, text] = await embedder.embedCode(
        [snippets[0], snippets[1], snippets[6]].map(
          (snippet) => snippet ?? { text: "", language: "c" as const },
        ),
      );
      expect(cosine(product ?? [], other ?? [])).toBeGreaterThan(cosine(product ?? [], text ?? []));
    },
  );
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
