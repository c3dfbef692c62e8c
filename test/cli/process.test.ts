/** What only a real process shows: signals, closed pipes, what is left running. */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { nativePrograms } from "../../src/evaluate/native.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "dist", "cli", "main.js");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-process-"));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("Ctrl-C in the middle of a run ends it with 130 and leaves no process behind", async () => {
  // The supervisor lies in the cache folder, so one of our own names every process that this run started.
  const env = { LESSONBANK_HOME: join(folder, "home"), LESSONBANK_CACHE: join(folder, "cache") };
  const built = dirname((await nativePrograms()).supervisor);
  await cp(built, join(env.LESSONBANK_CACHE, "native", basename(built)), { recursive: true });
  const running = execa(process.execPath, [program, "optimize", "matrix-product", "--seed", "1"], {
    cwd: folder,
    env,
    reject: false,
  });
  let interruptedAt = 0;
  running.stderr.on("data", (chunk: Buffer) => {
    if (interruptedAt > 0 || !/^ {2}[✓=–✗] /m.test(chunk.toString())) return;
    interruptedAt = performance.now();
    running.kill("SIGINT");
  });
  const { exitCode, stdout } = await running;
  expect(exitCode).toBe(130);
  expect(stdout).toContain("Ended: interrupted.");
  expect(stdout).toContain("Journal: home/runs/");
  // A second is what is promised; a loaded machine is given more before this counts as hanging.
  expect(performance.now() - interruptedAt).toBeLessThan(10_000);
  expect(await processesThatName(env.LESSONBANK_CACHE)).toEqual([]);
});

test("a reader that goes away is no error", async () => {
  const shell = `"${process.execPath}" "${program}" task list | head -1; echo "code \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await execa("bash", ["-c", shell], { cwd: folder });
  expect(stderr).toBe("");
  expect(stdout).toMatch(/code (0|130)$/);
});

test("a slow reader of a long result gets all of it", async () => {
  const terminal = join(root, "dist", "cli", "terminal.js");
  const source =
    `const { terminal, release, flush } = (await import(${JSON.stringify(terminal)})).processTerminal();` +
    `terminal.stdout.write("x".repeat(1_000_000)); release(); await flush(); process.exit(0);`;
  const shell = `"${process.execPath}" --input-type=module -e '${source}' | (sleep 0.3; wc -c)`;
  const { stdout } = await execa("bash", ["-c", shell], { cwd: folder });
  expect(stdout.trim()).toBe("1000000");
});

async function processesThatName(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes(path)) found.push(command.replaceAll("\0", " "));
  }
  return found;
}
