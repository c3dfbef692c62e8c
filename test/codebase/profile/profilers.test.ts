/** The profilers' commands, run for real in a folder with a little program in each language. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isOfBenchmark } from "../../../src/codebase/functions/benchmark-files.ts";
import { hotFunctions, type Profile } from "../../../src/codebase/profile/hot-functions.ts";
import { nativeProfiler } from "../../../src/codebase/profile/native-sampler.ts";
import { below, profileFolder, type Profiler } from "../../../src/codebase/profile/profiler.ts";
import { pythonProfiler } from "../../../src/codebase/profile/python-profiler.ts";
import { scriptProfiler } from "../../../src/codebase/profile/script-profiler.ts";
import { hasPython } from "../../python.ts";
import { type FunctionPlace, functionsIn } from "../../../src/codebase/functions/sources.ts";
import { languageOfFile } from "../../../src/code/language.ts";

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** Puts the sources there, prepares, profiles, and maps what was seen. */
async function profiled(
  profiler: Profiler,
  sources: Readonly<Record<string, string>>,
  bench: string,
  build?: string,
): Promise<Profile> {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-profile-"));
  folders.push(root);
  for (const [file, text] of [...Object.entries(sources), ...profiler.files]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  if (build !== undefined) execFileSync("sh", ["-c", build], { cwd: root });
  execFileSync("sh", ["-c", profiler.command(bench)], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const left = join(root, profileFolder);
  const files = new Map(
    readdirSync(left, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(left, name), "utf8")]),
  );
  const functions = [];
  for (const [file, text] of Object.entries(sources)) {
    const language = languageOfFile(file);
    if (!language) continue;
    const all = await functionsIn(file, language, text);
    functions.push(...all.map((place) => ({ place, name: place.name })));
  }
  return hotFunctions(profiler.read(files), functions);
}

describe("where a benchmark spends its time", () => {
  it("is found in C, without debugging information and in a static function", async () => {
    const source = `#include <stdio.h>
static __attribute__((noinline)) double dear(int n) { double sum = 0; for (int i = 1; i < n; i++) sum += 1.0 / i / (i + 1); return sum; }
static __attribute__((noinline)) double cheap(int n) { double sum = 0; for (int i = 1; i < n / 100; i++) sum += 1.0 / i; return sum; }
int main(void) { printf("%g\\n", dear(60000000) + cheap(60000000)); return 0; }
`;
    const { functions } = await profiled(
      nativeProfiler,
      { "src/main.c": source },
      "./main",
      "cc -O1 -o main src/main.c",
    );
    expect(functions[0]).toMatchObject({ file: "src/main.c", function: "dear", line: 2 });
    expect(functions[0]?.share).toBeGreaterThan(0.5);
  });

  it("is found in C++, what libraries do for a function counted to it", async () => {
    const source = `#include <cstdio>
#include <string>
static __attribute__((noinline)) std::string dear(int n) { std::string text; for (int i = 0; i < n; i++) text.insert(0, "a line"); return text; }
int main() { std::printf("%zu\\n", dear(60000).size()); return 0; }
`;
    const { functions } = await profiled(
      nativeProfiler,
      { "main.cpp": source },
      "./main",
      "c++ -O1 -g -o main main.cpp",
    );
    expect(functions[0]).toMatchObject({ file: "main.cpp", function: "dear", line: 3 });
    expect(functions[0]?.share).toBeGreaterThan(0.5);
  });

  it("is found in JavaScript, what V8 does for a function counted to it", async () => {
    const source = `const dear = (n) => { let text = []; for (let i = 0; i < n; i++) text.push(String(i * 7)); return text.sort().length; };
function cheap(n) { return n + 1; }
console.log(dear(400000), cheap(1));
`;
    const { functions } = await profiled(scriptProfiler, { "bench.mjs": source }, "node bench.mjs");
    expect(functions[0]).toMatchObject({ file: "bench.mjs", function: "dear", line: 1 });
  });

  it("is found in TypeScript that was translated, by its source map", async () => {
    const source = `// One line that the translation leaves out.
export const dear = (n: number): number => { const text: string[] = []; for (let i = 0; i < n; i++) text.push(String(i * 7)); return text.sort().length; };
export function cheap(n: number): number { return n + 1; }
`;
    const script = source
      .split("\n")
      .slice(1)
      .join("\n")
      .replace(/: (?:number|string\[\])/g, "");
    const map = { version: 3, sources: ["../src/work.ts"], names: [], mappings: "AACA;AACA" };
    const translate = `mkdir dist; cat > dist/work.mjs <<'END'
${script}//# source${"MappingURL"}=work.mjs.map
END
printf '%s' '${JSON.stringify(map)}' > dist/work.mjs.map
echo 'import { dear, cheap } from "./dist/work.mjs"; console.log(dear(400000), cheap(1));' > bench.mjs`;
    const { functions } = await profiled(
      scriptProfiler,
      { "src/work.ts": source },
      "node bench.mjs",
      translate,
    );
    expect(functions[0]).toMatchObject({ file: "src/work.ts", function: "dear", line: 2 });
  });

  it("is not looked for in files that the build writes", () => {
    const definition = {
      name: "f",
      qualifiedName: "f",
      parameterTypes: [],
    } as unknown as FunctionPlace["definition"];
    const place: FunctionPlace = {
      file: "made.js",
      language: "javascript",
      definition,
      name: "f",
      firstLine: 1,
      lastLine: 9,
    };
    const samples = [{ ms: 10, candidates: [{ name: "f", file: "made.js", line: 2 }], outside: "Node" }];
    const found = hotFunctions(samples, [{ place, name: "f" }], new Set(["made.js"]));
    expect(found.functions).toEqual([]);
    expect(found.elsewhere).toEqual([{ name: "made.js, which the build writes", ownMs: 10, share: 1 }]);
  });

  it("is found in a header, also where the debugging information names the file that includes it", async () => {
    const dear = `${"\n".repeat(20)}static unsigned dear(unsigned n) { unsigned a = 1; while (n--) a = a * 1664525u + n; return a; }\n`;
    const main = `#include <stdio.h>\n#include "work.h"\nint main(void) { printf("%u", dear(1)); return 0; }\n`;
    const files = { "work.h": dear, "main.c": main };
    const functions = (
      await Promise.all(Object.entries(files).map(async ([file, text]) => functionsIn(file, "c", text)))
    )
      .flat()
      .map((place) => ({ place, name: place.name }));
    const at = (file: string, line: number) => ({ name: "dear", file, line });
    const caller = { name: "main", file: "main.c", line: 3 };
    for (const [file, line] of [
      ["work.h", 21],
      ["main.c", 21],
      ["main.c", 3],
    ] as const) {
      const samples = [{ ms: 10, candidates: [at(file, line), caller], outside: "main" }];
      expect(hotFunctions(samples, functions).functions).toMatchObject([
        { file: "work.h", function: "dear" },
      ]);
    }
  });

  it("is below the root also by a path that goes up on its way", () => {
    expect(below("/tree", "/tree/bench/../source/text.h")).toBe("source/text.h");
    expect(below("/tree", "/tree/../other/text.h")).toBeUndefined();
  });

  it("is not looked for in the benchmark itself, which its name tells", () => {
    for (const file of [
      "bench.c",
      "benchmarks/run.py",
      "src/parse.bench.ts",
      "perf/a.js",
      "lib/hash_bench.cpp",
    ])
      expect([file, isOfBenchmark(file)]).toEqual([file, true]);
    for (const file of ["src/workbench.c", "src/perform.js", "lib/perf/timer.ts", "benchmarked.py"])
      expect([file, isOfBenchmark(file)]).toEqual([file, false]);
  });

  it.skipIf(!hasPython)(
    "is found in Python, also where the command sets PYTHONPATH itself, or names a virtual environment's",
    async () => {
      const library = `class Table:
    def dear(self, n):
        return sum(sorted(str(i) for i in range(n)).index(str(i)) for i in range(3))

def cheap(n):
    return n
`;
      const bench = `from library import Table, cheap\nprint(Table().dear(60000), cheap(1))\n`;
      const sources = { "lib/library.py": library, "bench.py": bench };
      for (const python of ["python3", ".venv/bin/python3"]) {
        const { functions } = await profiled(
          pythonProfiler,
          sources,
          `PYTHONPATH=lib ${python} bench.py`,
          "python3 -m venv --without-pip .venv",
        );
        expect(functions[0]).toMatchObject({ file: "lib/library.py", function: "Table.dear" });
        expect(functions[0]?.share).toBeGreaterThan(0.5);
      }
    },
  );
});
