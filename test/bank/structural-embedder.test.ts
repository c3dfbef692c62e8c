import { describe, expect, test } from "vitest";
import { cosine } from "../../src/bank/similarity.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { snippets, type Snippet } from "./snippets.ts";

const embedder = createStructuralEmbedder();

async function similarity(left: Snippet, right: Snippet): Promise<number> {
  const [first, second] = await embedder.embedCode([left, right]);
  return cosine(first ?? [], second ?? []);
}

describe("the structural embedder of code", () => {
  test("gives unit vectors of its dimensions, the same every time and in every instance", async () => {
    const vectors = await embedder.embedCode(snippets);
    const again = await createStructuralEmbedder().embedCode(snippets.toReversed());
    expect(again.toReversed()).toEqual(vectors);
    for (const vector of vectors) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    }
  });

  test("finds the other function of the same kind nearest for most of nine kinds", async () => {
    const vectors = await embedder.embedCode(snippets);
    const margins = snippets.map((snippet, index) => {
      const nearest = (same: boolean) =>
        Math.max(
          ...snippets.map((other, place) =>
            place !== index && (other.kind === snippet.kind) === same
              ? cosine(vectors[index] ?? [], vectors[place] ?? [])
              : 0,
          ),
        );
      return nearest(true) - nearest(false);
    });
    // By chance it would be 1 in 17: about one of the eighteen.
    expect(margins.filter((margin) => margin > 0).length).toBeGreaterThanOrEqual(14);
    expect(margins.reduce((sum, margin) => sum + margin, 0) / margins.length).toBeGreaterThan(0.1);
  });

  test("does not see the names, the comments and the layout", async () => {
    const original = snippets[0] as Snippet;
    const renamed = original.text
      .replaceAll(/\bgemm\b/g, "f")
      .replaceAll(/\b[ABC]\b/g, (name) => `matrix_${name}`)
      .replaceAll(/\b[ijk]\b/g, (name) => `${name}ndex`)
      .replaceAll(/\b[MNK]\b/g, (name) => `size${name}`)
      .replaceAll("sum", "accumulator")
      .replaceAll("\n", "\n  // a comment\n\n");
    expect(await similarity(original, { ...original, text: renamed })).toBeGreaterThan(0.98);
  });

  test("sees the order of the loops", async () => {
    const walk = (first: string, second: string): Snippet => ({
      kind: "walk",
      language: "c",
      text: `double sum(int n, const double *a) { double s = 0;
        for (int ${first} = 0; ${first} < n; ${first}++)
          for (int ${second} = 0; ${second} < n; ${second}++) s += a[i * n + j]; return s; }`,
    });
    expect(await similarity(walk("i", "j"), walk("j", "i"))).toBeLessThan(0.97);
  });

  test("takes code that is broken, empty, deeply nested or not code at all", async () => {
    const texts = [
      "",
      "for (",
      "}}}}",
      "\u0000\uffff",
      "(".repeat(20_000),
      "x[".repeat(20_000),
      "{".repeat(20_000),
    ];
    for (const vector of await embedder.embedCode(texts.map((text) => ({ text, language: "c" as const })))) {
      expect(vector).toHaveLength(embedder.dimensions);
      expect(vector.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("the structural embedder of text", () => {
  test("brings words of one stem together, and keeps other subjects apart", async () => {
    const [query, near, far] = await embedder.embedText([
      "vectorising the inner loop",
      "The inner loop was vectorized.",
      "Reserving memory avoided reallocation of the string.",
    ]);
    expect(cosine(query ?? [], near ?? [])).toBeGreaterThan(0.4);
    expect(cosine(query ?? [], far ?? [])).toBeLessThan(0.25);
  });

  test("reads camelCase, kebab-case and plain words alike", async () => {
    const vectors = await embedder.embedText(["loop-interchange", "loopInterchange", "Loop interchange."]);
    expect(vectors[1]).toEqual(vectors[0]);
    expect(vectors[2]).toEqual(vectors[0]);
  });

  test("has nothing to say about a text without words", async () => {
    const [vector] = await embedder.embedText(["... the of !"]);
    expect(vector?.every((value) => value === 0)).toBe(true);
  });
});
