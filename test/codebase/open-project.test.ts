import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openProject, type MachineOptions } from "../../src/codebase/open-project.ts";
import type { OpenProject, ProjectSettings } from "../../src/codebase/project/project.ts";
import { hasPython } from "../python.ts";
import { fixture, python, settingsFor, taskFor, treeDigest } from "./project-fixture.ts";

const all = process.env["LESSONBANK_CODEBASE"] === "all";

const containing = (text: string): unknown => expect.stringContaining(text);

async function open(settings: ProjectSettings, machine: MachineOptions = {}): Promise<OpenProject> {
  const project = await openProject(settings, {}, machine);
  onTestFinished(() => project.close());
  return project;
}

const fastUnique = `def unique(words):
    return list(dict.fromkeys(words))


def unused(value):
    if value > 3:
        return value * 2
    return value - 1
`;

describe.skipIf(!hasPython)("a project", () => {
  test("judges candidates by its own commands, proves its tests, and leaves the tree as it is", async () => {
    const root = fixture("python");
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git", "HEAD"), "ref: refs/heads/main\n");
    symlinkSync("/etc/hostname", join(root, "outside"));
    symlinkSync("words.py", join(root, "inside.py"));
    const before = treeDigest(root);
    const settings = settingsFor("python", root);
    const project = await open(settings);
    expect(project.baseline.values.length).toBeGreaterThanOrEqual(3);
    expect(project.baseline.unit).toBe("ms");
    expect(project.baseline.notes.join(" ")).toContain("outside → /etc/hostname");
    const task = taskFor(settings, "words.py", "unique");

    const { evaluator } = project;
    expect(await evaluator.evaluate(task, task.source.text)).toMatchObject({ status: "rejected" });
    expect(await evaluator.evaluate(task, fastUnique.replace("unique", "distinct"))).toMatchObject({
      status: "rejected",
      reason: containing("lacks the function"),
    });
    expect(await evaluator.evaluate(task, fastUnique.replace("(words))", "(words)"))).toMatchObject({
      status: "not-compiled",
      reason: containing("SyntaxError"),
    });
    expect(await evaluator.evaluate(task, fastUnique.replace("dict.fromkeys", "reversed"))).toMatchObject({
      status: "wrong-output",
      reason: containing("FAILED"),
    });
    expect(await evaluator.evaluate(task, `import os\nos._exit(0)\n${fastUnique}`)).toMatchObject({
      status: "wrong-output",
      reason: containing("is missing"),
    });
    const outcome = await evaluator.evaluate(task, fastUnique, { effort: "screen" });
    expect(outcome).toMatchObject({ status: "measured", speedup: { confidence: 0.99 } });
    expect(await evaluator.evaluate(task, fastUnique, { effort: "screen" })).toHaveProperty("judgedAt");

    expect(await project.prove(task, fastUnique, { mutants: 2 })).toMatchObject({
      verdict: "proven",
      noticesAbsence: true,
      mutants: [{ change: "returns a constant", line: 2, caught: true }],
      coverage: { executed: 1, lines: 1 },
    });
    const proof = await project.prove(taskFor(settings, "words.py", "unused"), fastUnique, { mutants: 1 });
    expect(proof).toMatchObject({ verdict: "unproven", noticesAbsence: false, coverage: { executed: 0 } });
    expect(treeDigest(root)).toBe(before);
  }, 180_000);

  test("keeps home, environment, `.git`, network, other processes and the tree itself from commands", async () => {
    const root = fixture("python");
    mkdirSync(join(root, ".git"));
    writeFileSync(join(root, ".git", "HEAD"), "ref: refs/heads/main\n");
    const elsewhere = mkdtempSync(join(tmpdir(), "lessonbank-elsewhere-"));
    onTestFinished(() => rmSync(elsewhere, { recursive: true }));
    chmodSync(elsewhere, 0o755);
    writeFileSync(join(elsewhere, "secret"), "secret");
    const server = createServer((_, response) => response.end("reached"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const realHome = homedir();
    const home = mkdtempSync(join(tmpdir(), "lessonbank-home-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    chmodSync(home, 0o755);
    for (const folder of [".ssh", ".tool", ".tool/bin", "bin"])
      mkdirSync(join(home, folder), { mode: 0o755 });
    for (const file of [".ssh/id", ".tool/credentials", ".tool/bin/tool"])
      writeFileSync(join(home, file), "secret");
    vi.stubEnv("HOME", home);
    vi.stubEnv("PATH", `${home}/.tool/bin:${home}/bin:${process.env["PATH"]}`);
    const onPath = (process.env["PATH"] ?? "")
      .split(":")
      .filter((entry) => entry.startsWith(`${realHome}/`))
      .map((entry) => entry.slice(realHome.length + 1).split("/")[0]);
    vi.stubEnv("LESSONBANK_SECRET", "secret");
    onTestFinished(() => void vi.unstubAllEnvs());
    writeFileSync(
      join(root, "look.py"),
      `import os, socket, urllib.request
def tell(name, work):
    try: print(name, "yes" if work() else "no")
    except Exception as error: print(name, "no")
tell("git", lambda: os.path.exists(".git"))
tell("home", lambda: [each for each in os.listdir(${JSON.stringify(realHome)}) if each not in ${JSON.stringify(onPath)} and not each.startswith("lessonbank-")])
tell("key", lambda: open(${JSON.stringify(join(home, ".ssh/id"))}).read())
tell("credentials", lambda: open(${JSON.stringify(join(home, ".tool/credentials"))}).read())
tell("tool", lambda: open(${JSON.stringify(join(home, ".tool/bin/tool"))}).read())
tell("elsewhere", lambda: open(${JSON.stringify(join(elsewhere, "secret"))}).read())
tell("passwd", lambda: "root" in open("/etc/passwd").read() or open("/etc/shadow").read())
tell("environment", lambda: "LESSONBANK_SECRET" in os.environ)
tell("server", lambda: urllib.request.urlopen("http://127.0.0.1:${port}").read())
tell("interfaces", lambda: [each for _, each in socket.if_nameindex() if each != "lo"])
tell("processes", lambda: len([each for each in os.listdir("/proc") if each.isdigit()]) > 3)
tell("parent", lambda: os.readlink("/proc/1/fd/4"))
tell("usr", lambda: open("/usr/written", "w"))
tell("root", lambda: open("/written", "w"))
tell("administrator", lambda: os.geteuid() == 0)
tell("input", lambda: open(0).read())
def own():
    listener = socket.socket(); listener.bind(("127.0.0.1", 0)); listener.listen()
    return socket.create_connection(listener.getsockname())
tell("loopback", own)
tell("temporary", lambda: open(os.path.expanduser("~/file"), "w") and open(os.environ["TMPDIR"] + "/file", "w"))
tell("tree", lambda: open("words.py", "a").write("#"))
`,
    );
    const project = await open(settingsFor("python", root, { test: "true", bench: "true" }));
    const before = treeDigest(root);
    const { tail, exitCode } = await project.runInCopy(
      `${python} look.py; echo kept > made; grep -c '#' words.py`,
    );
    expect(exitCode).toBe(0);
    const answers = Object.fromEntries(
      [...tail.matchAll(/^(\w+) (yes|no)$/gm)].map(([, name, answer]) => [name, answer]),
    );
    const yes = ["loopback", "temporary", "tool", "tree"];
    expect(Object.keys(answers)).toHaveLength(19);
    for (const [name, answer] of Object.entries(answers))
      expect([name, answer]).toEqual([name, yes.includes(name) ? "yes" : "no"]);
    // What a command changes is gone with it, in our copy too.
    expect((await project.runInCopy("cat made; tail -c 1 words.py | grep '#'")).exitCode).not.toBe(0);
    const { files } = await project.runInCopy("mkdir out; echo 1 > out/a.txt; ln -s /etc/passwd out/b.txt", {
      collect: ["out/*.txt"],
    });
    expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
      ["out/a.txt", "1\n"],
    ]);
    expect(treeDigest(root)).toBe(before);
  });
});

describe.skipIf(!hasPython)("a project is refused with a reason", () => {
  const refusal = async (
    commands: Partial<ProjectSettings["commands"]>,
    more: Partial<ProjectSettings> = {},
    files = {},
  ) => {
    const root = fixture("python", files);
    const before = treeDigest(root);
    const settings = {
      ...settingsFor("python", root, { test: "true", bench: "true", ...commands }),
      ...more,
    };
    const error: unknown = await openProject(settings).then(
      (project) => project.close(),
      (reason: unknown) => reason,
    );
    expect(treeDigest(root)).toBe(before);
    expect(error).toMatchObject({ kind: "usage" });
    const { message, remedy } = error as { message: string; remedy?: string };
    return `${message}\n${remedy}`;
  };

  test("where its build fails, or its tests do", async () => {
    expect(await refusal({ build: "echo broken >&2; exit 3" })).toMatch(
      /build command .* exited with 3[^]*broken/,
    );
    expect(await refusal({ test: "echo 1 failed; exit 1" })).toMatch(
      /test command .* exited with 1[^]*1 failed/,
    );
  });

  /** A program on PATH that is another one once a stage has come to its second run. */
  const changing = async (
    stage: "test" | "bench",
    first: string,
    second: string,
    settings: Partial<ProjectSettings> = {},
  ) => {
    const tools = mkdtempSync(join(tmpdir(), "lessonbank-tools-"));
    onTestFinished(() => rmSync(tools, { recursive: true }));
    chmodSync(tools, 0o755);
    mkdirSync(join(tools, "bin"), { mode: 0o755 });
    const put = (text: string): void =>
      writeFileSync(join(tools, "bin", "changing"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    put(first);
    vi.stubEnv("PATH", `${join(tools, "bin")}:${process.env["PATH"]}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    const commands = { test: "true", bench: "true", [stage]: "changing" };
    const opening = openProject(
      { ...settingsFor("python", fixture("python"), commands), ...settings },
      { onProgress: (progress) => progress.stage === stage && progress.run === 2 && put(second) },
    );
    await expect(opening).rejects.toMatchObject({ kind: "usage" });
    return opening.catch((error: unknown) => String(error));
  };

  test("where tests pass by chance, or its benchmark changes its unit", async () => {
    expect(await changing("test", "echo good", "echo bad; exit 1")).toMatch(
      /is flaky[^]*exited with 1[^]*bad/,
    );
    const metric = { kind: "number", pattern: "time (\\d+)", better: "lower" } as const;
    expect(await changing("bench", "echo time 5 ms", "echo time 5 rows", { metric })).toContain(
      "different units: ms, none",
    );
  });

  test("where a command hangs, asks for input, or wants the network", async () => {
    expect(await refusal({ test: "sleep 60" }, { limits: { testMs: 300 } })).toMatch(
      /stopped after 0.3 s, which is its limit/,
    );
    expect(await refusal({ test: `${python} -c "input()"` })).toContain("ask for input");
    expect(
      await refusal({ test: `${python} -c "import urllib.request as u; u.urlopen('http://example.org')"` }),
    ).toContain("network");
  });

  test("where its benchmark prints no number, or several units", async () => {
    const metric = { kind: "number", pattern: "time ([\\d.]+)", better: "lower" } as const;
    expect(await refusal({ bench: "echo done" }, { metric })).toMatch(/gives no value[^]*done/);
    expect(await refusal({}, { metric: { ...metric, pattern: "(" } })).toContain("no regular expression");
    expect(await refusal({ test: " " })).toContain("the test command is empty");
  });

  test("where there is no such folder, or its tree is too large", async () => {
    await expect(openProject(settingsFor("python", "/nowhere"))).rejects.toMatchObject({ kind: "usage" });
    await expect(openProject(settingsFor("python", "/"))).rejects.toThrow("no repository");
    expect(await refusal({}, { limits: { diskBytes: 3000 } }, { "large.bin": "x".repeat(4000) })).toContain(
      "large.bin",
    );
  });
});

test.skipIf(!hasPython)("What a command leaves running ends with it", async () => {
  const root = fixture("python");
  const project = await open(settingsFor("python", root, { test: "true", bench: "true" }));
  const startedMs = performance.now();
  const run = await project.runInCopy(
    "(setsid sleep 300 & ) ; setsid sleep 300 > /dev/null 2>&1 & echo left",
  );
  expect(run).toMatchObject({ exitCode: 0, tail: "left" });
  expect(performance.now() - startedMs).toBeLessThan(60_000);
});

describe.runIf(all).each(["overlay", "copies"] as const)("with %s", (layers) => {
  test("a C project is built anew only where it has to be, and judged", async () => {
    const root = fixture("c");
    const before = treeDigest(root);
    const settings = settingsFor("c", root);
    const project = await open(settings, { layers });
    expect(project.baseline.buildMs).toBeGreaterThan(0);
    const task = taskFor(settings, "sum.c", "sum_up_to");
    const fast = task.source.text.replace(
      / {2}long total[^]*?return total;/,
      "  long total = 0;\n  for (int i = 0; i < length; i++) total += values[i] * (length - i);\n  return total;",
    );
    const made = await project.runInCopy("make", { files: new Map([["sum.c", fast]]) });
    expect(made.tail).not.toContain("-o check.o");
    expect(await project.evaluator.evaluate(task, fast)).toMatchObject({ status: "measured" });
    expect(await project.evaluator.evaluate(task, fast.replace("length - i", "length + i"))).toMatchObject({
      status: "wrong-output",
    });
    expect(await project.evaluator.evaluate(task, fast.replace("length - i", "length - j"))).toMatchObject({
      status: "not-compiled",
      reason: expect.stringMatching(/^sum\.c:\d+:\d+: error:/) as unknown,
    });
    expect(
      await project.evaluator.evaluate(
        task,
        fast.replace("long total = 0;", "long total = 0; *(volatile int *)8 = 1;"),
      ),
    ).toMatchObject({
      status: "crashed",
      signal: "SIGSEGV",
    });
    expect(
      await project.evaluator.evaluate(
        task,
        fast.replace("long total = 0;", "long total = 0; for (volatile int x = 0; !x;) {}"),
      ),
    ).toMatchObject({
      status: "timed-out",
    });
    const proof = await project.prove(task, fast);
    expect(proof).toMatchObject({ verdict: "proven", noticesAbsence: true, coverage: { by: "gcov" } });
    expect(proof.coverage?.executed).toBeGreaterThan(0);
    const never = taskFor(settings, "sum.c", "never_called");
    expect(await project.prove(never, task.source.text.replace("value * 2", "value + value"))).toMatchObject({
      verdict: "unproven",
      noticesAbsence: false,
      coverage: { executed: 0, lines: 1 },
    });
    const together = new Map([
      ["sum.c", fast],
      [
        "sum.h",
        `#include <stddef.h>\nlong sum_up_to(const long *values, int length);\nint never_called(int value);\n`,
      ],
    ]);
    expect(await project.evaluateTogether(together)).toMatchObject({ status: "measured" });
    expect(treeDigest(root)).toBe(before);
  }, 240_000);

  test("a build that changes tests for a candidate is refused", async () => {
    const root = fixture("python");
    mkdirSync(join(root, "cases"));
    writeFileSync(join(root, "cases", "1.txt"), "a");
    const settings = settingsFor("python", root, { build: `${python} -c 'import words'` });
    const project = await open(settings, { layers });
    const task = taskFor(settings, "words.py", "unique");
    expect(
      await project.evaluator.evaluate(task, `open("check.py", "w").write("")\n${fastUnique}`),
    ).toMatchObject({
      status: "rejected",
      reason: containing("check.py"),
    });
    expect(
      await project.evaluator.evaluate(task, `open("sitecustomize.py", "w").write("")\n${fastUnique}`),
    ).toMatchObject({
      status: "rejected",
      reason: containing("sitecustomize.py"),
    });
    expect(
      await project.evaluator.evaluate(task, `import os\nos.unlink("bench.py")\n${fastUnique}`),
    ).toMatchObject({
      status: "rejected",
      reason: containing("removed bench.py"),
    });
    for (const rest of ["", "\nos.mkdir('cases')"])
      expect(
        await project.evaluator.evaluate(
          task,
          `import os, shutil\nshutil.rmtree("cases")${rest}\n${fastUnique}`,
        ),
      ).toMatchObject({ status: "rejected", reason: containing("removed cases/1.txt") });
    // What the reference's build makes too, a candidate's may.
    expect(
      await project.evaluator.evaluate(task, fastUnique.replace("(words):", "(words, key=None):"), {
        effort: "screen",
      }),
    ).toMatchObject({
      status: "measured",
    });
  }, 120_000);

  test("what a candidate writes while tests run is not there for the benchmark, and never in the reference's copy", async () => {
    const root = fixture("python");
    const settings = settingsFor("python", root);
    const project = await open(settings, { layers });
    const task = taskFor(settings, "words.py", "unique");
    const slow = task.source.text.replace(
      "    seen = []",
      "    seen = []\n    open('bench.py', 'w').write('')\n    open('words.py', 'w').write('')",
    );
    const outcome = await project.evaluator.evaluate(task, slow, { effort: "screen" });
    // Its benchmark ran whole each time, or its output had been missing.
    expect(outcome).toMatchObject({ status: "measured" });
    expect((await project.runInCopy(`${python} check.py && ${python} bench.py`)).tail).toContain(
      "unique 1500",
    );
  }, 120_000);
});

describe.runIf(all)("in full", () => {
  test("a JavaScript project is judged and proven", async () => {
    const root = fixture("javascript");
    const settings = settingsFor("javascript", root);
    const project = await open(settings);
    const task = taskFor(settings, "pairs.js", "countPairs");
    const fast = `export function countPairs(values) {
  const seen = new Map();
  let count = 0;
  for (const value of values) {
    const before = seen.get(value) ?? 0;
    count += before;
    seen.set(value, before + 1);
  }
  return count;
}
`;
    expect(await project.evaluator.evaluate(task, fast)).toMatchObject({ status: "measured" });
    expect(await project.evaluator.evaluate(task, `${fast}}`)).toMatchObject({ status: "not-compiled" });
    const proof = await project.prove(task, fast);
    expect(proof).toMatchObject({ verdict: "proven", noticesAbsence: true, coverage: { by: "V8" } });
    expect(proof.coverage?.executed).toBeGreaterThan(3);
  }, 240_000);

  test("a TypeScript project that is translated first is judged and proven by its source map, and what is no TypeScript refused", async () => {
    const source = `type Values = readonly number[];
export function countPairs(values: Values): number {
  let count = 0;
  for (let i = 0; i < values.length; i++)
    for (let j = 0; j < i; j++) if (values[i] === values[j]) count += 1;
  return count;
}
`;
    // Strips types as simple translators do; the source map leads each line but the first to itself.
    const translate = `const { readFileSync, writeFileSync } = require("node:fs");
const lines = readFileSync("pairs.ts", "utf8").split("\\n").slice(1).map((line) => line.replace(/: (?:Values|number)/g, ""));
const map = { version: 3, sources: ["pairs.ts"], names: [], mappings: lines.map(() => "AACA").join(";") };
writeFileSync("pairs.js", lines.join("\\n") + "\\n//# sourceMappingURL=data:application/json," + encodeURIComponent(JSON.stringify(map)));
`;
    const root = fixture("javascript", { "pairs.ts": source, "translate.cjs": translate });
    const built = { test: "node translate.cjs && node --test", bench: "node translate.cjs && node bench.js" };
    const settings = settingsFor("javascript", root, built);
    // Stands for the compiler that a project has of its own.
    mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
    const tsc = `#!/bin/sh\nif grep -q "as Wrong" pairs.ts; then echo "pairs.ts(3,5): error TS2304: Cannot find name 'Wrong'."; exit 2; fi\n`;
    writeFileSync(join(root, "node_modules", ".bin", "tsc"), tsc, { mode: 0o755 });
    writeFileSync(join(root, "tsconfig.json"), "{}");
    const project = await open(settings);
    const task = taskFor(settings, "pairs.ts", "countPairs");
    const fast = source.replace(
      /  for [\s\S]*?\+= 1;\n/,
      `  const seen = new Map();
  for (const value of values) {
    const before = seen.get(value) ?? 0;
    count += before;
    seen.set(value, before + 1);
  }
`,
    );
    expect(await project.evaluator.evaluate(task, fast)).toMatchObject({ status: "measured" });
    expect(await project.evaluator.evaluate(task, `${fast}}`)).toMatchObject({
      status: "not-compiled",
      reason: containing("cannot be parsed"),
    });
    const wrong = fast.replace("count += before;", "count += before as Wrong;");
    expect(await project.evaluator.evaluate(task, wrong)).toMatchObject({
      status: "not-compiled",
      reason: containing("TS2304"),
    });
    const proof = await project.prove(task, fast);
    expect(proof).toMatchObject({ verdict: "proven", coverage: { executed: 5, lines: 5, by: "V8" } });
  }, 240_000);

  test("what the build makes out of another file is not worked on, and a change that it undoes is refused", async () => {
    const source = readFileSync(join(import.meta.dirname, "fixtures", "javascript", "pairs.js"), "utf8");
    const candidate = source.replace("count += 1", "count++");
    const built = async (build: string): Promise<OpenProject> =>
      open(settingsFor("javascript", fixture("javascript", { "pairs.in": source }), { build }));
    const generated = await built("cp pairs.in pairs.js");
    expect([...generated.rewritten]).toEqual(["pairs.js"]);
    const task = taskFor(generated.settings, "pairs.js", "countPairs");
    await expect(generated.evaluator.evaluate(task, candidate)).rejects.toMatchObject({
      name: "UsageError",
      message: containing("writes it anew, so no change of it lasts"),
    });
    const undone = await built("sed -i 's/count++/count += 1/' pairs.js");
    expect(
      await undone.evaluator.evaluate(taskFor(undone.settings, "pairs.js", "countPairs"), candidate),
    ).toMatchObject({ status: "rejected", reason: containing("The build writes pairs.js anew") });
  }, 240_000);

  test("a number that a candidate prints itself is noticed", async () => {
    const root = fixture("python", {
      "bench.py": "from words import unique\nunique(['a'])\nprint('time 5 ms')\n",
    });
    const metric = { kind: "number", pattern: "time ([\\d.]+)", better: "lower" } as const;
    const settings = { ...settingsFor("python", root), metric };
    const project = await open(settings);
    const task = taskFor(settings, "words.py", "unique");
    const printing = `import atexit\natexit.register(lambda: print("time 1 ms"))\n${fastUnique}`;
    expect(await project.evaluator.evaluate(task, printing)).toMatchObject({
      status: "wrong-output",
      reason: containing("printed its number 2 times"),
    });
  }, 120_000);

  test("memory and disk have limits", async () => {
    const root = fixture("python");
    const limits = { memoryBytes: 200e6, diskBytes: 100e6, processes: 64 };
    const project = await open({ ...settingsFor("python", root, { test: "true", bench: "true" }), limits });
    expect(
      (await project.runInCopy("python3 -c \"x = bytearray(10**9); print('kept')\"")).tail,
    ).not.toContain("kept");
    const filled = await project.runInCopy(
      "for n in 1 2 3 4 5 6 7 8 9; do head -c 60000000 /dev/zero > file$n; sleep 0.3; done; echo kept",
    );
    expect(filled.ending === "disk-full" || !filled.tail.includes("kept")).toBe(true);
    const forked = await project.runInCopy(
      "python3 -c \"\nimport os, time\nfor n in range(200):\n  if os.fork() == 0: time.sleep(5); os._exit(0)\nprint('kept')\"",
    );
    expect(forked.tail).not.toContain("kept");
  }, 120_000);

  test("an abort ends what runs", async () => {
    const root = fixture("python");
    const project = await open(settingsFor("python", root, { test: "true", bench: "true" }));
    const controller = new AbortController();
    const running = project.runInCopy("sleep 300", { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("enough")), 200);
    await expect(running).rejects.toThrow("enough");
    await project.close();
    await expect(project.runInCopy("true")).rejects.toThrow("closed");
  });
});
