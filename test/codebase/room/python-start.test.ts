import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pythonStartFiles } from "../../../src/codebase/room/python-start.ts";

test("Python before which something is started finds the folders that its command put on PATH", () => {
  const root = mkdtempSync(join(tmpdir(), "lessonbank-start-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of pythonStartFiles("start", "")) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const own = join(root, "start", "bin");
  chmodSync(join(own, "python3"), 0o755);
  const real = join(root, "real");
  mkdirSync(real);
  writeFileSync(join(real, "python3"), '#!/bin/sh\necho "$PATH $PYTHONPATH $*"\n', { mode: 0o755 });
  const said = (path: string): string =>
    execFileSync("/bin/sh", ["-c", "python3 a"], {
      env: { PATH: path, LESSONBANK_START: join(root, "start") },
      encoding: "utf8",
    }).trim();
  const rest = `${real}:/usr/bin:/bin`;
  const behind = `${join(root, "start", "start")} a`;
  expect(said(`${own}:${rest}`)).toBe(`${rest} ${behind}`);
  expect(said(`/tools:${own}:${rest}`)).toBe(`/tools:${rest} ${behind}`);
  expect(said(`/tools:${own}:${own}:${rest}:${own}`)).toBe(`/tools:${rest} ${behind}`);
});
