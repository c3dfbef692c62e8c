/**
 * The same attacks once more as a user without privileges, where these tests run as root: another way through jail.ts and worker.c, since only
 * root can give every process a user of its own. `LESSONBANK_ADVERSARIAL=all` takes every file, otherwise the one on the jail itself, which differs most.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { chown, cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nativePrograms } from "../../src/evaluate/native.ts";
import { unprivilegedUser } from "../../src/evaluate/unprivileged-user.ts";
import { here } from "./judge.ts";

const checkout = join(here, "..", "..");
const files = ["compile-jail"];
if (process.env["LESSONBANK_ADVERSARIAL"] === "all")
  files.push(
    "isolation",
    "system-calls",
    "compiling",
    "honest-twins",
    "loading",
    "output",
    "timing",
    "verdicts",
  );
const user = unprivilegedUser();
const inherited = openSync(process.execPath, "r");
afterAll(() => closeSync(inherited));

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const programsBelow = (home: string): string => join(home, "programs");

/** Gives that user our native programs as they are built: it is not their making that differs. */
async function givePrograms(home: string, owner: number): Promise<void> {
  const built = dirname((await nativePrograms()).supervisor);
  await cp(built, join(programsBelow(home), basename(built)), { recursive: true });
  for (const name of ["", ...(await readdir(home, { recursive: true }))])
    await chown(join(home, name), owner, owner);
}

/** Starts a program as that user, who has a home of his own and nothing of our environment but PATH. */
async function asUser(home: string, command: readonly string[]): Promise<Ended> {
  const [program = "", ...words] = command;
  const child = spawn(program, words, {
    cwd: checkout,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: home,
      TMPDIR: home,
      LESSONBANK_TEST_PROGRAMS: programsBelow(home),
      LESSONBANK_ADVERSARIAL: process.env["LESSONBANK_ADVERSARIAL"] ?? "",
    },
    // Beside the usual ones he inherits an open file, which nothing may pass on to a candidate.
    stdio: ["ignore", "pipe", "pipe", ...Array<"ignore">(6).fill("ignore"), inherited],
    ...(user !== undefined && { uid: user, gid: user }),
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (said += String(chunk)));
  const code = await new Promise<number | null>((resolve) => {
    child.on("error", () => resolve(null));
    child.on("close", resolve);
  });
  return { failed: code !== 0, said };
}

interface Ended {
  readonly failed: boolean;
  readonly said: string;
}

/** Why that user cannot run the tests; undefined where he can. */
async function obstacle(): Promise<string | undefined> {
  if (user === undefined) return "the tests do not run as root, so they are that user's already";
  const script = `require("node:fs").accessSync(${JSON.stringify(join(checkout, "node_modules", "vitest", "vitest.mjs"))})`;
  const tried = await asUser("/", [process.execPath, "-e", script]);
  return tried.failed ? `a user without privileges cannot read ${checkout}` : undefined;
}

const reason = await obstacle();

describe.skipIf(reason !== undefined)(
  `as a user without privileges${reason === undefined ? "" : ` (skipped: ${reason})`}`,
  () => {
    let home: string;
    let report: Report;
    beforeAll(async () => {
      home = await mkdtemp(join(tmpdir(), "lessonbank-user-"));
      await givePrograms(home, user ?? 0);
      const output = join(home, "report.json");
      const ran = await asUser(home, [
        process.execPath,
        join(checkout, "node_modules", "vitest", "vitest.mjs"),
        "run",
        ...files.map((name) => join(here, `${name}.test.ts`)),
        "--reporter=json",
        `--outputFile=${output}`,
        "--cache=false",
        // The usual way to read a configuration writes beside it.
        "--configLoader=runner",
      ]);
      const text = await readFile(output, "utf8").catch(() => undefined);
      if (text === undefined) throw new Error(`no report: ${ran.said}`);
      report = JSON.parse(text) as Report;
    }, 1_800_000);
    afterAll(() => rm(home, { recursive: true, force: true }));

    it.each(files)("every test of %s.test.ts holds", (name) => {
      const found = report.testResults.filter((file) => file.name.endsWith(`/${name}.test.ts`));
      const tests = found.flatMap((file) => file.assertionResults);
      const failed = [
        ...found.flatMap(({ message }) => message || []),
        ...tests.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
      ];
      expect(failed).toEqual([]);
      expect(tests.filter(({ status }) => status === "passed").length).toBeGreaterThan(10);
    });
  },
);
