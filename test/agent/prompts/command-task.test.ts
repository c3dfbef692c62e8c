/** What models are told of a function of a repository: its file or a part of it, its signature, and what other files have to do with it. */
import { beforeAll, describe, expect, it } from "vitest";
import { lessonPrompt } from "../../../src/agent/prompts/lesson.ts";
import { optimisePrompt } from "../../../src/agent/prompts/optimise.ts";
import { repairPrompt } from "../../../src/agent/prompts/repair.ts";
import { loadGrammarsOf } from "../../../src/code/parser.ts";
import type { CommandTask } from "../../../src/task/task.ts";
import { pythonCommandTask } from "../command-task.ts";
import { context } from "../model-task.ts";

beforeAll(() => loadGrammarsOf(["python", "javascript"]));

const task = pythonCommandTask(
  "src/shapes.py",
  "import math\n\n\nclass Circle:\n    def area(self, scale=1):\n        return math.pi * self.radius ** 2 * scale\n",
  "Circle#area",
);

const asked = (changes: Partial<CommandTask>, room?: number) =>
  optimisePrompt({ task: { ...task, ...changes }, context, room, experience: [] })
    .map(({ content }) => content)
    .join("\n");

describe("a prompt about a function of a repository", () => {
  it("names the function, its signature and its file", () => {
    const text = asked({});
    expect(text).toContain("The Python function `area` below");
    expect(text).toContain("`def area(self, scale=1):`");
    expect(text).toContain(task.source.text.trim());
    expect(text).not.toContain("with what it needs");
    expect(
      asked({
        language: "javascript",
        function: "f",
        source: { file: "f.js", text: "const f = (a, b) => a + b;\n" },
      }),
    ).toContain("`f = (a, b) =>`");
  });

  it("shows of a long file what the function needs, within a limit", () => {
    const others = Array.from(
      { length: 2000 },
      (_, index) => `def other${index}(x):\n    return x\n\n\n`,
    ).join("");
    const text = asked({ source: { file: "src/shapes.py", text: `${others}${task.source.text}` } });
    expect(text).toContain("This is `area` with what it needs of the file src/shapes.py:");
    expect(text).toContain("import math");
    expect(text).toContain("class Circle:\n    def area");
    expect(text).not.toContain("other7(");
    expect(text.length).toBeLessThan(24_000);
  });

  it("keeps to what a small context has room for", () => {
    const helper = `def helper(x):\n${"    x += 1\n".repeat(200)}    return x\n\n\n`;
    const calling = task.source.text.replace("return ", "return helper(1) * ");
    const given = {
      source: { file: "src/shapes.py", text: `${helper}${calling}` },
      surroundings: `def caller(c):\n    return c.area(scale=2)\n${"x = 1\n".repeat(5000)}`,
    };
    expect(asked(given)).toContain("def helper(x)");
    const text = asked(given, 800);
    expect(text).toContain("class Circle:\n    def area");
    expect(text).not.toContain("def helper(x)");
    expect(text.length).toBeLessThan(3500);
  });

  it("shows callers and types of other files, within a limit", () => {
    const text = asked({
      surroundings: `def caller(c):\n    return c.area(scale=2)\n${"x = 1\n".repeat(5000)}`,
    });
    expect(text).toContain("In other files of the repository:");
    expect(text).toContain("c.area(scale=2)");
    expect(text.length).toBeLessThan(12_000);
  });

  it("asks about an attempt with the function alone, however long the file", () => {
    const others = Array.from({ length: 2000 }, (_, index) => `def other${index}(x):\n    return x\n\n\n`);
    const before = `${others.join("")}${task.source.text}`;
    const after = before.replace("math.pi * self.radius ** 2", "self.square * math.pi");
    const long = { ...task, source: { file: "src/shapes.py", text: before } };
    const outcome = { status: "wrong-output", reason: "3 is not 4", calls: 1, evaluationMs: 1 } as const;
    const [lesson] = lessonPrompt({ task: long, source: after, outcome });
    const [repair] = repairPrompt({ task: long, context, source: after, reason: "no" });
    for (const text of [lesson?.content ?? "", repair?.content ?? ""]) {
      expect(text).toContain("return self.square * math.pi * scale");
      expect(text).not.toContain("other7(");
      expect(text.length).toBeLessThan(3000);
    }
    expect(lesson?.content).toContain("return math.pi * self.radius ** 2 * scale");
  });
});
