import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-examples-"));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, environment: Record<string, string> = {}): Promise<string> {
  const program = join(root, "examples", `${name}.mjs`);
  const { stdout } = await execa(process.execPath, [program], {
    cwd: folder,
    env: { BANK: join(folder, "bank"), ...environment },
  });
  return stdout;
}

test("watch-a-run shows what is tried, what was found, what was learned, and the result", async () => {
  const lines = (await run("watch-a-run")).split("\n");
  const beginning = (text: string): number => lines.filter((line) => line.includes(text)).length;
  expect(beginning(" tries: ")).toBeGreaterThan(0);
  expect(beginning(" found: ")).toBe(beginning("learned: "));
  expect(lines.some((line) => /^moving-average: (\d|none of)/.test(line))).toBe(true);
}, 180_000);

test("agent-of-your-own works in a team of its own until it has nothing left to try", async () => {
  const stdout = await run("agent-of-your-own");
  expect(stdout).toMatch(/^pragmas: #pragma GCC optimize\("unroll-loops"\): \d/m);
  expect(stdout).toMatch(/^pragmas: #pragma GCC optimize\("tree-vectorize"\): \d/m);
  expect(stdout).toMatch(/^(winner: pragmas|nothing was faster for certain)$/m);
});

/** What it calls is tested in `test/codebase`; the whole of it belongs to `npm run test:codebase`. */
test.runIf(process.env["LESSONBANK_CODEBASE"] === "all")(
  "repository-in-three-depths proposes, judges one proposal, and ends with a patch",
  { timeout: 600_000 },
  async () => {
    const stdout = await run("repository-in-three-depths", { EVALUATIONS: "1" });
    expect(stdout).toMatch(/^proposed by containers: /m);
    expect(stdout).toMatch(/^judged: .*: measured$/m);
    expect(stdout).toMatch(/^(\d+\.\d+× \[.*\], proven|nothing was faster for certain)$/m);
  },
);
