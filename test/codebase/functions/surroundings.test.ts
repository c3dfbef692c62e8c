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

test("no file's own affairs, no namesakes of local names, and of scripts nothing that is not imported", async () => {
  const c = await around(
    {
      "sum.c":
        "#include <stdint.h>\nint helper(int x);\nint sum(const uint8_t *data, int count) {\n  /* not idle */\n  int total = 0;\n  for (int i = 0; i < count; i++) total += helper(data[i]);\n  return total;\n}\n",
      "other.c":
        "#include <stdint.h>\nstatic const uint8_t R1 = 32;\nint total = 3;\nint idle(void) { return 1; }\n#define count 7 /* for all */\nint helper(int x) {\n  return x * 2;\n}\nint sum2(int x) { return x; }\n",
    },
    "sum.c:sum",
  );
  expect(c).toBe("/* from other.c */\nint helper(int x) {\n  return x * 2;\n}");
  const python = await around(
    {
      "a.py": 'def f(value):\n    """Finds the value."""\n    return g(value)\n\n\ndef g(x):\n    return x\n',
      "b.py":
        "def value(x):\n    return x\n\n\ndef Finds(x):\n    return x\n\n\ndef f(x):\n    return f(x)\n",
    },
    "a.py:f",
  );
  expect(python).toBeUndefined();
});

test("a function that stands alone has none", async () => {
  const files = { "a.js": "export function f(x) {\n  return x;\n}\n", "b.js": "const y = 1;\n" };
  expect(await around(files, "a.js:f")).toBeUndefined();
});
