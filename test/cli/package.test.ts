/**
 * The package as a user gets it: packed, installed into an empty folder, used as a program and as a library. What it depends on is linked
 * from this checkout rather than downloaded; what its package.json does not name is not there.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;
/** What npx finds there, without its own start. */
let program: string;
const here = (options: Options = {}): Options => ({
  cwd: folder,
  reject: false,
  timeout: 120_000,
  env: { LESSONBANK_HOME: join(folder, "home"), ONNXRUNTIME_NODE_INSTALL: "skip", NO_COLOR: "1" },
  ...options,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-package-"));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
  // The set-up that runs before packing has just been done; its output would be in the way of the file's name.
  const packed = await execa("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: root,
  });
  const tarball = packed.stdout.trim().split("\n").at(-1) ?? "";
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const somebody = {
    name: "somebody",
    private: true,
    type: "module",
    overrides: Object.fromEntries(
      Object.keys(dependencies).map((name) => [name, `file:${join(root, "node_modules", name)}`]),
    ),
  };
  await writeFile(join(folder, "package.json"), JSON.stringify(somebody));
  const install = ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", `./${tarball}`];
  program = join(folder, "node_modules", ".bin", "lessonbank");
  await execa("npm", install, { ...here(), reject: true, timeout: 280_000 });
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the program says that this machine is fit", async () => {
  const { exitCode, stdout } = await execa("npx", ["lessonbank", "doctor", "--json"], here());
  const document = JSON.parse(String(stdout));
  expect(document.checks.filter((check: { status: string }) => check.status === "missing")).toEqual([]);
  expect(exitCode).toBe(0);
});

test("the program finds the tasks that ship with it", async () => {
  const { stdout } = await execa(program, ["task", "list", "--json"], here());
  expect(JSON.parse(String(stdout)).length).toBeGreaterThanOrEqual(14);
});

test("the program makes a function of the user's faster, and its lessons are in the bank", async () => {
  // Much work on few numbers, so that no time goes into making them.
  const source = `#include <vector>
double sum_of_products(const std::vector<double>& values) {
  double total = 0;
  for (std::size_t i = 0; i < values.size(); i++)
    for (std::size_t j = 0; j < i; j++) total += values[i] * values[j];
  return total;
}
`;
  await writeFile(join(folder, "slow.cpp"), source);
  const budget = ["--rounds", "1", "--evaluations", "1", "--seed", "1", "--shipped-lessons"];
  const run = await execa(program, ["optimize", "slow.cpp:sum_of_products", ...budget, "--json"], here());
  expect(run.exitCode, String(run.stderr)).toBe(0);
  const result = JSON.parse(String(run.stdout));
  expect(result).toMatchObject({
    strategy: "lessonl",
    costs: { evaluations: result.attempts.length, modelCalls: 0 },
  });
  expect(result.attempts.length).toBeGreaterThan(0);
  expect(result.lessons.length).toBe(result.attempts.length);

  const journal = (await readFile(result.journal, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).type);
  expect([journal.at(0), journal.at(-1)]).toEqual(["run-started", "run-ended"]);
  const stats = await execa(program, ["lessons", "stats", "--json"], here());
  const { lessons, tier } = JSON.parse(String(stats.stdout));
  expect(lessons).toBe(result.lessons.length + tier.imported);
  // What the bank began with, out of the package.
  expect(tier.imported).toBeGreaterThan(100);
});

test("the library's functions are there, and so are their types", async () => {
  const source = `
    import { evaluate, loadTask, openBank, optimize, type Bank, type OptimizeResult, type Outcome } from "lessonbank";
    const task = await loadTask("node_modules/lessonbank/tasks/bit-count");
    const outcome: Outcome = await evaluate(task, "");
    const bank: Bank = await openBank("bank");
    const run = optimize({ task, bank, rounds: 1, evaluations: 1, seed: 1 });
    const events: string[] = [];
    for await (const event of run) events.push(event.type);
    const result: OptimizeResult = await run.result;
    await bank.close();
    console.log(JSON.stringify({ status: outcome.status, events, attempts: result.attempts.length }));
  `;
  await writeFile(join(folder, "program.ts"), source);
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const flags = [
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--strict",
    "--skipLibCheck",
    "--types",
    "",
    "program.ts",
  ];
  const compiled = await execa(process.execPath, [compiler, ...flags], here());
  expect(String(compiled.stdout).replaceAll(/.*TS2584.*'console'.*\n?/g, "")).toBe("");
  const ran = await execa(process.execPath, ["program.js"], here());
  const printed = JSON.parse(String(ran.stdout));
  expect(printed).toMatchObject({ status: "rejected", attempts: 1 });
  expect(printed.events.at(-1)).toBe("run-ended");
});
