import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { detectCommands, guessesFor } from "../../../src/codebase/project/detect.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function guessed(files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-detect-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const detected = await detectCommands(root);
  return Object.fromEntries(
    (["build", "test", "bench"] as const).map((key) => [
      key,
      guessesFor(detected, key).map(({ command }) => command),
    ]),
  );
}

describe("what a repository offers", () => {
  it("are a makefile's targets, and no variables", async () => {
    expect(
      await guessed({
        Makefile:
          "CFLAGS := -O2\nbench = x\nall: prog\nprog: a.c\n\tcc a.c\ncheck test: prog\n\t./t\n.PHONY: check\nbenchmark:\n\t./b\n",
      }),
    ).toEqual({
      build: ["make"],
      test: ["make check", "make test"],
      bench: ["make benchmark"],
    });
  });

  it("are the scripts of package.json, but for npm's placeholder and what watches", async () => {
    const scripts = {
      test: 'echo "Error: no test specified" && exit 1',
      "test:unit": "node --test",
      build: "tsc --watch",
      bench: "node b.js",
    };
    expect(
      await guessed({
        "package.json": JSON.stringify({ scripts }),
        "test/a.test.js": "",
        "bench/index.js": "",
      }),
    ).toEqual({
      build: [],
      test: ["npm run test:unit", "node --test"],
      bench: ["npm run bench", "node bench/index.js"],
    });
  });

  it("is CTest beside CMake, in a build folder of our own", async () => {
    const { build, test, bench } = await guessed({ "CMakeLists.txt": "", "bench/hash_bench.cpp": "" });
    expect(build?.[0]).toMatch(/^cmake -S \. -B build-lessonbank .*Release/);
    expect(test).toEqual(["ctest --test-dir build-lessonbank --output-on-failure"]);
    expect(bench).toEqual(["./build-lessonbank/hash_bench"]);
  });

  it("tells unittest of tests that it would not find", async () => {
    const { test } = await guessed({ "setup.py": "", "words/count.py": "", "words/count_test.py": "" });
    expect(test?.[0]).toBe('python3 -m unittest discover -p "*_test.py"');
  });

  it("is pytest where its settings say so, and unittest otherwise", async () => {
    const files = { "tests/test_a.py": "", "bench.py": "", "src/p/__init__.py": "" };
    const named = await guessed({ ...files, "pyproject.toml": "[tool.pytest.ini_options]\n" });
    expect(named["test"]?.[0]).toMatch(/pytest/);
    const plain = await guessed({ ...files, "setup.py": "" });
    expect(plain["test"]?.[0]).toMatch(/unittest discover -s tests/);
    expect(plain["bench"]).toEqual(["PYTHONPATH=src python3 bench.py"]);
  });

  it("is nothing in an empty folder, and a broken package.json is none", async () => {
    expect(await guessed({})).toEqual({ build: [], test: [], bench: [] });
    expect((await guessed({ "package.json": "{" }))["test"]).toEqual([]);
  });
});
