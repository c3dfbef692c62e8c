/**
 * The quick tests once more as a user without privileges, where these run as root: mounts, owners and toolchains go another way then.
 */
import { spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { unprivilegedUser } from "../../src/evaluate/unprivileged-user.ts";

const user = unprivilegedUser();
const checkout = join(import.meta.dirname, "..", "..");

test.runIf(process.env["LESSONBANK_CODEBASE"] === "all" && user !== undefined)(
  "A user without privileges opens and judges projects as root does",
  async () => {
    const home = mkdtempSync(join(tmpdir(), "lessonbank-user-"));
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    if (user !== undefined) chownSync(home, user, user);
    const vitest = join(checkout, "node_modules", "vitest", "vitest.mjs");
    const child = spawn(
      process.execPath,
      [
        vitest,
        "run",
        "test/codebase/open-project.test.ts",
        "test/cli/bad-repositories.test.ts",
        "--maxWorkers=1",
        "--cache=false",
        "--configLoader=runner",
      ],
      {
        cwd: checkout,
        env: {
          PATH: "/usr/local/bin:/usr/bin:/bin",
          HOME: home,
          TMPDIR: home,
          // Of bad repositories all, of the others the quick ones: each jail is the same.
          LESSONBANK_BAD_REPOSITORIES: "all",
        },
        stdio: ["ignore", "pipe", "pipe"],
        ...(user !== undefined && { uid: user, gid: user }),
      },
    );
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    expect(code, said).toBe(0);
  },
  480_000,
);
