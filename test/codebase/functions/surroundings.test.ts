import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findNamed } from "../../../src/codebase/functions/named-function.ts";
import { surroundingsOf } from "../../../src/codebase/functions/surroundings.ts";

async function around(
  files: Readonly<Record<string, string>>,
  argument: string,
): Promise<string | undefined> {
  const root = await mkdtemp(join(tmpdir(), "lessonbank-surroundings-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) await writeFile(join(root, file), text);
  const { place, text } = await findNamed(root, argument);
  return surroundingsOf(root, place, text);
}

test("types of included headers and callers in other files are found, and nothing else", async () => {
  const found = await around(
    {
      "text.h":
        "typedef struct {\n  int length;\n} Text;\ntypedef struct {\n  int other;\n} Other;\n#define LIMIT 4\n",
      "text.c": '#include "text.h"\nint longest(const Text *text) { return text->length > LIMIT; }\n',
      "use.c":
        '#include "text.h"\nint use(Text *text) {\n  return longest(text);\n}\nint idle(void) { return 1; }\n',
    },
    "text.c:longest",
  );
  expect(found).toContain("/* from text.h */\ntypedef struct {\n  int length;\n} Text;");
  expect(found).toContain("#define LIMIT 4");
  expect(found).toContain("/* from use.c */\nint use(Text *text) {");
  expect(found).not.toMatch(/Other|idle/);
});

test("of Python, classes of other files that it names", async () => {
  const found = await around(
    {
      "shapes.py": "class Circle:\n    radius = 1\n\n\nclass Square:\n    side = 1\n",
      "area.py": "from shapes import Circle\n\n\ndef area(circle: Circle):\n    return circle.radius\n",
    },
    "area.py:area",
  );
  expect(found).toBe("# from shapes.py\nclass Circle:\n    radius = 1");
});

test("a function that stands alone has none", async () => {
  const files = { "a.js": "export function f(x) {\n  return x;\n}\n", "b.js": "const y = 1;\n" };
  expect(await around(files, "a.js:f")).toBeUndefined();
});
