/**
 * Repositories on the command line, from `init` to a patch. `LESSONBANK_CODEBASE=all` does it for every language, and kills and resumes runs.
 */
import { readdirSync, readFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { hasPython } from "../python.ts";
import { lessonbank } from "./scripted-terminal.ts";
import { repository, type Repository } from "./repository-fixture.ts";

const all = process.env["LESSONBANK_CODEBASE"] === "all";
const program = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

test.runIf(all)(
  "a function of a repository becomes a commit on a new branch, and the work tree stays",
  { timeout: 300_000 },
  async () => {
    const { folder, root, git } = await repository("python");
    const initiated = await lessonbank(["init", "--no-try"], { directory: root });
    expect(initiated).toMatchObject({ code: 0 });
    expect(JSON.parse(await readFile(join(root, "lessonbank.json"), "utf8"))).toMatchObject({
      test: "python3 -m unittest discover -s tests -t .",
      bench: "python3 bench.py",
    });

    const flags = [
      "--agents",
      "containers",
      "--evaluations",
      "1",
      "--seed",
      "1",
      "--no-bank",
      "--branch",
      "faster",
    ];
    const files = ["--patch", "../faster.patch", "--pull-request", "../page.md", "--journal", "../journals"];
    const made = await lessonbank(
      ["optimize", "--repo", ".", "words.py:unique", ...flags, ...files, "--json"],
      { directory: root },
    );
    expect(made).toMatchObject({ code: 0 });
    const result: unknown = JSON.parse(made.stdout);
    expect(result).toMatchObject({
      repository: "project",
      proven: true,
      combined: { functions: ["words.py:unique"], outcome: { status: "measured", faster: true } },
      functions: [{ proof: { verdict: "proven", noticesAbsence: true } }],
      left: [],
    });

    expect(await git("status", "--porcelain")).toBe("?? lessonbank.json");
    expect(await git("diff", "--stat", "main", "faster")).toContain("words.py");
    await git("apply", "--check", join(folder, "faster.patch"));
    expect(await readFile(join(folder, "page.md"), "utf8")).toMatch(
      /^# Make `unique` faster\n[^]*the tests catch \d+ of \d+ versions/,
    );
    expect(readdirSync(join(folder, "journals")).toSorted()).toEqual([
      "plan.json",
      expect.stringMatching(/^words\.py-unique-\w+-\w+\.proof\.json$/),
      expect.stringMatching(/^words\.py-unique-\w+\.jsonl$/),
    ]);
  },
);

test.skipIf(!hasPython)(
  "init tries what it found and writes it, and profile names the function that takes the time",
  async () => {
    const { root, git } = await repository("python");
    const initiated = await lessonbank(["init"], { directory: root });
    expect(initiated).toMatchObject({ code: 0, stdout: expect.stringContaining("The tests pass") });
    expect(JSON.parse(await readFile(join(root, "lessonbank.json"), "utf8"))).toEqual({
      test: "python3 -m unittest discover -s tests -t .",
      bench: "python3 bench.py",
    });
    const profiled = await lessonbank(["profile", "--json"], { directory: root });
    expect(JSON.parse(profiled.stdout)).toHaveProperty("functions.0.function", "unique");
    expect(await git("status", "--porcelain")).toBe("?? lessonbank.json");
  },
);

test("init comes to a second test command, however many benchmarks the first stands before", async () => {
  const { root } = await repository("javascript");
  const targets = ["all:", "check:\n\tfalse", "test:", "bench:", "benchmark:", "perf:", "bench-more:"];
  await writeFile(join(root, "Makefile"), `${targets.join("\n")}\n`);
  await rm(join(root, "package.json"));
  const build = "make # \u001B]0;owned\u0007";
  const { code, stderr } = await lessonbank(["init", "--build", build], { directory: root });
  expect([code, stderr]).toEqual([
    0,
    expect.stringContaining("tried `make #`, `make check` and `make bench`"),
  ]);
  expect(stderr).not.toContain("\u001B]");
  expect(JSON.parse(await readFile(join(root, "lessonbank.json"), "utf8"))).toEqual({
    build,
    test: "make test",
    bench: "make bench",
  });
});

test("init names the schema where the repository installs it, since other paths hold on one machine alone", async () => {
  const { root } = await repository("python");
  const schemaOf = async (manifest: string) => {
    await writeFile(join(root, "package.json"), manifest);
    const commands = ["--test", "npm test", "--bench", "npm run bench"];
    const { code } = await lessonbank(["init", "--no-try", "--force", ...commands], { directory: root });
    expect(code).toBe(0);
    return (JSON.parse(await readFile(join(root, "lessonbank.json"), "utf8")) as { $schema?: string })
      .$schema;
  };
  const installed = "./node_modules/lessonbank/tasks/project.schema.json";
  expect(await schemaOf('{ "devDependencies": { "lessonbank": "1" } }')).toBe(installed);
  expect(await schemaOf('{ "dependencies": { "other": "1" } }')).toBeUndefined();
  expect(await schemaOf("no JSON")).toBeUndefined();
});

test("what cannot be done is said before anything is built", async () => {
  const { folder, root } = await repository("c");
  const refused = async (...args: string[]): Promise<string> => {
    const { code, stderr, stdout } = await lessonbank(["optimize", ...args], { directory: root });
    expect([code, stdout]).toEqual([2, ""]);
    return stderr;
  };
  expect(await refused("--repo", ".")).toContain("how is the repository tested?");
  const commands = ["--test", "make check", "--bench", "make bench"];
  expect(await refused("--repo", ".", ...commands, "--apply", "--commit")).toContain("three ways");
  expect(await refused("--repo", "nowhere", ...commands)).toContain("nowhere is no folder");
  expect(await refused("--repo", ".", ...commands, "--metric", "ms")).toContain("has 0 groups");
  expect(await refused("--resume", folder)).toContain("holds no plan.json");
  expect(await refused("slow.c:f", "--bench", "make bench")).toContain("--repo DIR");
  await writeFile(join(root, "lessonbank.json"), '{ "tset": "make check" }');
  expect(await refused("--repo", ".")).toContain('did you mean "test"?');
  const { code, stderr } = await lessonbank(["init"], { directory: root });
  expect([code, stderr]).toEqual([2, expect.stringContaining("is there already")]);
});

describe.runIf(all)("in full", () => {
  test.each([
    ["c", "column_means", { test: "make check", bench: "make bench" }],
    ["python", "unique", { bench: "python3 bench.py" }],
    ["javascript", "without", { test: "npm test", bench: "node bench.js" }],
  ] as const)(
    "%s: init, profile and optimize find %s and make it faster",
    { timeout: 600_000 },
    async (language, name, commands) => {
      const { folder, root, git } = await repository(language);
      expect(await lessonbank(["init"], { directory: root })).toMatchObject({ code: 0 });
      expect(JSON.parse(await readFile(join(root, "lessonbank.json"), "utf8"))).toMatchObject(commands);
      const profiled = await lessonbank(["profile", "--json"], { directory: root });
      expect(JSON.parse(profiled.stdout)).toHaveProperty("functions.0.function", name);
      const made = await lessonbank(
        [
          "optimize",
          "--repo",
          ".",
          "--seed",
          "1",
          "--evaluations",
          "8",
          "--functions",
          "1",
          "--commit",
          "--project-lessons",
        ],
        { directory: root, environment: { LESSONBANK_HOME: join(folder, "home") } },
      );
      expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("committed as") });
      expect(await git("log", "-1", "--format=%s")).toBe(`Make ${name} faster`);
      expect(await git("status", "--porcelain")).toBe("?? .lessonbank/\n?? lessonbank.json");
      expect(await readFile(join(root, ".lessonbank", "lessons.jsonl"), "utf8")).toContain(name);
    },
  );

  test(
    "a run that is killed goes on where it was, and judges nothing twice",
    { timeout: 600_000 },
    async () => {
      const made = await repository("python");
      const killed = started(made, ["--repo", ".", "--journal", "../journals", ...work]);
      await judgedOnce(killed);
      killed.kill("SIGKILL");
      expect(await killed).toMatchObject({ signal: "SIGKILL" });
      const before = judgedIn(made);
      expect(before.length).toBeGreaterThan(0);

      const resumed = await started(made, ["--resume", "../journals", "--json"]);
      expect(resumed).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(resumed.stdout)).toMatchObject({ interrupted: false, left: [], proven: true });
      const after = judgedIn(made);
      expect(after.slice(0, before.length)).toEqual(before);
      expect(new Set(after).size).toBe(after.length);

      // All of it is in the journals now.
      const again = await started(made, ["--resume", "../journals", "--json"]);
      expect(JSON.parse(again.stdout)).toMatchObject({ proven: true });
      expect(judgedIn(made)).toEqual(after);
    },
  );

  test("Ctrl-C prints what was found and how to go on", { timeout: 600_000 }, async () => {
    const made = await repository("python");
    const interrupted = started(made, ["--repo", ".", "--journal", "../journals", ...work]);
    await judgedOnce(interrupted);
    interrupted.kill("SIGINT");
    const { exitCode, stdout } = await interrupted;
    expect(exitCode).toBe(130);
    expect(stdout).toContain("to go on: lessonbank optimize --resume");
    expect(readdirSync(join(made.folder, "journals"))).toContain("plan.json");
  });
});

const commands = ["--test", "python3 -m unittest discover -s tests -t .", "--bench", "python3 bench.py"];
const work = [...commands, "words.py:unique", "--evaluations", "5", "--seed", "1"];

type Started = ReturnType<typeof started>;

// What execa returns depends on the options' exact type.
// eslint-disable-next-line typescript/explicit-function-return-type
function started({ folder, root }: Repository, args: readonly string[]) {
  return execa(process.execPath, [program, "optimize", ...args], {
    cwd: root,
    env: { LESSONBANK_HOME: join(folder, "home") },
    reject: false,
  });
}

/** Resolves when the first candidate's outcome was shown. */
async function judgedOnce({ stderr }: Started): Promise<void> {
  for await (const chunk of stderr) if (/^ {2}[✓=–✗] /m.test(String(chunk))) return;
}

/** Ids of the candidates whose outcomes are in the journal, in order. */
function judgedIn({ folder }: Repository): string[] {
  const journals = join(folder, "journals");
  const name = readdirSync(journals).find((each) => each.endsWith(".jsonl")) ?? "";
  const lines = readFileSync(join(journals, name), "utf8").split("\n");
  return lines.flatMap((line) => /"type":"candidate-judged".*?"candidate":"([^"]+)"/.exec(line)?.[1] ?? []);
}
