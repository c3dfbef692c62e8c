import { beforeAll, describe, expect, it } from "vitest";
import { describeCode } from "../../src/bank/code-description.ts";
import { cosine } from "../../src/bank/similarity.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { codeFeatures, featureCount } from "../../src/code/features.ts";
import { loadGrammarsOf } from "../../src/code/parser.ts";

beforeAll(() => loadGrammarsOf(["c++", "python", "javascript", "typescript"]));

const joinPython = `class A:
    def join(self, words):
        text = ""
        for word in words:
            if word not in self.seen:
                text += word + ","
        return text
`;
const joinScript = `class A {
  join(words: string[]) {
    let text = "";
    for (const word of words) if (!this.seen.includes(word)) text += word + ",";
    return text;
  }
}
`;
const joinCpp = `#include <string>
#include <vector>
std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const auto &word : words) text += word + ",";
  return text;
}
`;
const table = `def table(n):
    rows = [[i * j for j in range(n)] for i in range(n)]
    queue = [0]
    while queue:
        k = queue.pop(0)
        for i in range(n):
            for j in range(n):
                rows[i][j] = rows[i][j] // 2
    return rows if n < 3 else table(n - 1)
`;

describe("features of Python, JavaScript and TypeScript", () => {
  it("say what matters for speed, in the words of C and C++ where those have some", () => {
    const python = codeFeatures(joinPython, "python", "A.join").phrases;
    const script = codeFeatures(joinScript, "typescript", "A.join").phrases;
    for (const phrases of [python, script])
      expect(phrases).toEqual(
        expect.arrayContaining([
          "single loops without nesting",
          "loop over a container by elements",
          "text is put together in a loop",
          "search in a container in a loop",
        ]),
      );
    expect(codeFeatures(table, "python", "table").phrases).toEqual(
      expect.arrayContaining([
        "loops nested three or more deep",
        "container is taken from or filled at its front in a loop",
        "comprehension or chain of functions over elements",
        "recursion",
        "look-up by a key or number in a loop",
      ]),
    );
    expect(codeFeatures("const f = (x) => x + 1;", "javascript", "f").phrases).toEqual(["no loop"]);
  });

  it("stand at the places of the features of C and C++, or behind them", () => {
    const python = codeFeatures(joinPython, "python", "A.join").vector;
    const cpp = codeFeatures(joinCpp, "c++", "join").vector;
    expect(cpp).toHaveLength(featureCount);
    expect(python.length).toBeGreaterThan(featureCount);
    const shared = python.slice(0, featureCount).filter((value, index) => value > 0 && (cpp[index] ?? 0) > 0);
    expect(shared.length).toBeGreaterThanOrEqual(3);
    expect(python.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  it("bring code of the same kind together across languages", async () => {
    const [python, script, other] = await createStructuralEmbedder().embedCode([
      { text: joinPython, language: "python" },
      { text: joinScript, language: "typescript" },
      { text: table, language: "python" },
    ]);
    const alike = cosine(python ?? [], script ?? []);
    expect(alike).toBeGreaterThan(cosine(python ?? [], other ?? []));
    expect(alike).toBeGreaterThan(0.3);
  });

  it("describe code in words", async () => {
    const [text] = await describeCode([{ text: joinScript, language: "typescript" }], "features-and-names");
    expect(text).toMatch(/text is put together in a loop.*words/);
  });
});
