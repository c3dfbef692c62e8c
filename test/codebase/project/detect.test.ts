import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { detectBelow, detectCommands, guessesFor } from "../../../src/codebase/project/detect.ts";
import { readProjectFile } from "../../../src/codebase/project/project-file.ts";
import { submodulesOf } from "../../../src/codebase/project/submodules.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-detect-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

async function guessed(files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> {
  const root = await folderWith(files);
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
      // Without npm's own start, which would be measured.
      bench: ["node b.js", "node bench/index.js"],
    });
  });

  it("is a program that the makefile only builds, run after the build has made it", async () => {
    const root = await folderWith({
      Makefile: [
        "all: words-test",
        "words-test: words.c",
        "\t$(CC) -o words-test words.c -DTEST",
        '\t@echo "Type ./words-test to run the tests."',
        "test: CFLAGS += -g",
        "test: test.o words.o",
        "bench: bench.c \\",
        "  words.c",
        "\tcc -O2 -o $@ bench.c words.c",
        "check: words-test",
        "\t./words-test",
      ].join("\n"),
    });
    const { guesses } = await detectCommands(root);
    expect(guesses.filter(({ key }) => key !== "build")).toEqual([
      { key: "test", command: "make check", why: expect.stringContaining("target") },
      { key: "test", command: "./test", why: expect.stringContaining("program"), after: ["make test"] },
      { key: "test", command: "./words-test", why: expect.anything(), after: ["make words-test"] },
      { key: "bench", command: "./bench", why: expect.stringContaining("program"), after: ["make bench"] },
    ]);
  });

  it("is CTest beside CMake, in a build folder of our own, with the tests that are off by default", async () => {
    const { build, test, bench } = await guessed({
      "CMakeLists.txt":
        'option(WORDS_BUILD_TESTS "build the tests" OFF)\noption(WORDS_DOCS "manuals" OFF)\nadd_subdirectory(bench)\n',
      "bench/CMakeLists.txt": "add_executable(hash_bench hash.cpp)\nadd_executable(tool tool.cpp)\n",
      "bench/hash.cpp": "",
      "other_bench.cpp": "",
    });
    expect(build?.[0]).toMatch(/cmake -S \. -B build-lessonbank .*Release/);
    expect(build?.[0]).toContain("-DWORDS_BUILD_TESTS=ON");
    expect(build?.[0]).not.toContain("DOCS");
    expect(test).toEqual(["ctest --test-dir build-lessonbank --output-on-failure"]);
    // CMake makes nothing of the other source.
    expect(bench).toEqual(["./build-lessonbank/bench/hash_bench"]);
  });

  it("keeps assertions in a release, where tests are made of them", async () => {
    const lists = { "CMakeLists.txt": "add_executable(t tests/test_words.c)\n" };
    const made = "#include <assert.h>\nint main(void) { assert(1); }\n";
    expect((await guessed({ ...lists, "tests/test_words.c": made }))["build"]?.[0]).toContain(
      "-DCMAKE_C_FLAGS_RELEASE=-O3",
    );
    expect((await guessed({ ...lists, "tests/test_words.c": "" }))["build"]?.[0]).not.toContain(
      "FLAGS_RELEASE",
    );
  });

  it("are shell scripts, as they may be run", async () => {
    const root = await folderWith({ "run_tests.sh": "", "benchmarks/run.sh": "" });
    chmodSync(join(root, "run_tests.sh"), 0o755);
    expect((await detectCommands(root)).guesses.map(({ command }) => command)).toEqual([
      "./run_tests.sh",
      "sh benchmarks/run.sh",
    ]);
  });

  it("runs Python in the tree's own virtual environment, and finds the package for a benchmark in a folder", async () => {
    const files = {
      "pyproject.toml": "",
      "test_a.py": "",
      "benchmarks/run.py": "",
      "benchmarks/data.py": "",
    };
    expect((await guessed(files))["bench"]).toEqual(["PYTHONPATH=. python3 benchmarks/run.py"]);
    const inTree = await guessed({ ...files, ".venv/pyvenv.cfg": "", ".venv/bin/python3": "" });
    expect(inTree["test"]?.[0]).toBe(".venv/bin/python3 -m unittest discover");
    expect(inTree["bench"]).toEqual(["PYTHONPATH=. .venv/bin/python3 benchmarks/run.py"]);
  });

  it("keeps npm before a script that is more than one call of Node", async () => {
    const benchOf = async (scripts: Readonly<Record<string, string>>): Promise<string[] | undefined> =>
      (await guessed({ "package.json": JSON.stringify({ scripts }) }))["bench"];
    expect(await benchOf({ bench: "tsc && node b.js" })).toEqual(["npm run bench"]);
    expect(await benchOf({ prebench: "tsc", bench: "node b.js" })).toEqual(["npm run bench"]);
    expect(await benchOf({ "bench:all": "node b.js --size 3" })).toEqual(["node b.js --size 3"]);
  });

  it("is Meson, with its benchmarks where it has any, and not beside CMake", async () => {
    const files = { "meson.build": "subdir('perf')\n", "perf/meson.build": "benchmark('sum', exe)\n" };
    expect((await guessed(files))["bench"]).toEqual(["meson test -C build-lessonbank --benchmark"]);
    expect((await guessed({ "meson.build": "" }))["bench"]).toEqual([]);
    expect((await guessed({ ...files, "CMakeLists.txt": "" }))["test"]).toHaveLength(1);
  });

  it("are packages in folders, from the root", async () => {
    const root = await folderWith({
      "package.json": "{}",
      "packages/a/package.json": JSON.stringify({ scripts: { test: "node --test" } }),
      "packages/a/bench.js": "",
      "docs/readme.md": "",
    });
    expect(
      (await detectBelow(root)).map(({ folder, guesses }) => [folder, guesses.map(({ command }) => command)]),
    ).toEqual([["packages/a", ["cd packages/a && npm test", "cd packages/a && node bench.js"]]]);
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

  it("quotes names for the shell, and leaves out those that CMake would not take or that speak to a terminal", async () => {
    const { bench } = await guessed({
      "package.json": JSON.stringify({
        scripts: { "bench:a; echo HI #": "node a.js", "bench:two-b": "tsc && x" },
      }),
      "a; echo INJECTED #.bench.js": "",
      "it's.bench.js": "",
      "-e.bench.js": "",
      "\u001B]0;owned\u0007X.bench.js": "",
      "turned\u202E.bench.js": "",
      "CMakeLists.txt":
        "add_executable(bench`id` a.c)\nadd_executable(bench;id a.c)\nadd_executable(my-bench a.c)\n",
    });
    expect(bench).toEqual([
      "npm run bench:two-b",
      "./build-lessonbank/my-bench",
      "node ./-e.bench.js",
      "node 'a; echo INJECTED #.bench.js'",
      String.raw`node 'it'\''s.bench.js'`,
    ]);
    const root = await folderWith({
      "it's/package.json": JSON.stringify({ scripts: { test: "node --test" } }),
      "a\u001B[2J/package.json": JSON.stringify({ scripts: { test: "node --test" } }),
    });
    expect((await detectBelow(root)).flatMap(({ guesses }) => guesses.map(({ command }) => command))).toEqual(
      [String.raw`cd 'it'\''s' && npm test`],
    );
  });

  it("reads no pipe, no device and nothing huge, wherever it looks", async () => {
    const root = await folderWith({ "pyproject.toml": "x".repeat(2_000_000), "below/package.json": "{}" });
    execFileSync("mkfifo", [join(root, "pipe")]);
    symlinkSync("pipe", join(root, "Makefile"));
    symlinkSync("/dev/zero", join(root, "package.json"));
    symlinkSync("../pipe", join(root, "below", "CMakeLists.txt"));
    symlinkSync("pipe", join(root, ".gitmodules"));
    expect((await detectCommands(root)).guesses).toEqual([]);
    expect(await detectBelow(root)).toHaveLength(1);
    expect(await submodulesOf(root)).toEqual([]);
    symlinkSync("pipe", join(root, "lessonbank.json"));
    await expect(readProjectFile(root)).rejects.toThrow(/is no file/);
  });

  it("is nothing in an empty folder, and a broken package.json is none", async () => {
    expect(await guessed({})).toEqual({ build: [], test: [], bench: [] });
    expect((await guessed({ "package.json": "{" }))["test"]).toEqual([]);
  });
});
