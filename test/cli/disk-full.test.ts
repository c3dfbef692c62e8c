/** Disks without room: real ones, small file systems that only the command under test sees. */
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, execaSync } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nativePrograms } from "../../src/evaluate/native.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const reference = join(root, "tasks", "crc32", "reference.c");
const small = ["unshare", "--mount", "--propagation", "private"];
/** Only root may mount, and not in every container. */
const canMount =
  process.getuid?.() === 0 &&
  execaSync("unshare", [...small.slice(1), "mount", "-t", "tmpfs", "none", "/mnt"], { reject: false })
    .exitCode === 0;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lessonbank-full-"));
  await execa(process.execPath, [join(root, "scripts", "setup.mjs")], { cwd: root });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script with a file system of `size` at `small`, and `lessonbank` as a command. */
async function onSmallDisk(
  size: string,
  environment: Record<string, string>,
  script: string,
): Promise<{ exitCode?: number; stdout: string; stderr: string }> {
  await mkdir(join(folder, "small"), { recursive: true });
  const lines = [
    `mount -t tmpfs -o size=${size} none small || exit 99`,
    `lessonbank() { '${process.execPath}' '${join(root, "dist", "cli", "main.js")}' "$@"; }`,
    script,
  ];
  return execa(small[0] ?? "", [...small.slice(1), "sh", "-c", lines.join("\n")], {
    cwd: folder,
    reject: false,
    stdin: "ignore",
    env: { HOME: join(folder, "home"), LESSONBANK_HOME: join(folder, "home"), ...environment },
  });
}

describe.skipIf(!canMount)("on a full disk (needs root, to mount a small one)", () => {
  it("programs of ours that have no room end with the place and a remedy", async () => {
    const { exitCode, stdout, stderr } = await onSmallDisk(
      "64k",
      { LESSONBANK_CACHE: join(folder, "small", "cache") },
      `lessonbank --quiet evaluate crc32 ${reference} --json; code=$?; find small/cache -type f >&2; exit $code`,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toBe("");
    // And nothing is left of what was begun.
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^error: .*\/small\/cache\/native\/.* cannot be written: no space is left$/),
      "  Make room there, or name another folder in LESSONBANK_CACHE.",
    ]);
  });

  it("libraries that have no room end with the place and a remedy; once there is room all is well", async () => {
    const { supervisor } = await nativePrograms();
    const { stdout, stderr } = await onSmallDisk(
      "1m",
      { LESSONBANK_CACHE: join(folder, "small", "cache") },
      [
        `mkdir small/cache; cp -r '${dirname(dirname(supervisor))}' small/cache/native`,
        // That there is none for shims and verdicts costs time alone, and is not complained of.
        "cat /dev/zero > small/filler 2>/dev/null",
        `lessonbank --quiet evaluate crc32 ${reference} --json; echo "exit $?"`,
        "rm small/filler",
        // No function but a variable: called, it crashes.
        "echo 'unsigned crc32;' | lessonbank --quiet evaluate crc32 - --json | grep status",
        "ls small/cache/sessions",
      ].join("\n"),
    );
    expect(stdout.trim().split("\n")).toEqual(["exit 1", '  "status": "crashed",']);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^error: .*\/sessions\/.*\/reference-\w+\.so cannot be written: no space is left$/,
      ),
      "  Make room there, or name another folder in LESSONBANK_CACHE.",
    ]);
  });

  it("a run whose bank and journal find no more room is finished and printed, and says what was not kept", async () => {
    const { exitCode, stdout, stderr } = await onSmallDisk(
      "72k",
      { LESSONBANK_HOME: join(folder, "small") },
      [
        "lessonbank --quiet optimize bit-count --rounds 1 --evaluations 2 --agents composer --seed 11 --json; code=$?",
        "cat small/runs/* > journal; exit $code",
      ].join("\n"),
    );
    expect(exitCode).toBe(1);
    const result = JSON.parse(stdout);
    expect(result.attempts.length).toBeGreaterThan(0);
    expect(result.lessons).toHaveLength(result.attempts.length);
    expect(result.unkept).toEqual([
      expect.stringMatching(/^\d lessons? could not be kept: the bank of lessons in .* no space is left$/),
      expect.stringMatching(/^the journal .* ends early: no space is left$/),
    ]);
    expect(stderr.match(/error:/g)).toHaveLength(1);
    expect(stderr).toContain("The result is whole.");
    // As far as it goes it is whole.
    for (const line of (await readFile(join(folder, "journal"), "utf8")).trimEnd().split("\n"))
      expect(JSON.parse(line)).toHaveProperty("type");
  });
});
