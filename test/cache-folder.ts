/**
 * Every run of the tests has a cache folder of its own, so that none is answered from what an earlier one left. Our native programs are built
 * there before the first test: files that begin side by side would build them each for itself. Tests that run tests name a folder with
 * built ones in LESSONBANK_TEST_PROGRAMS.
 */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativePrograms } from "../src/evaluate/native.ts";

export default async function setUp(): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "lessonbank-test-cache-"));
  const built = process.env["LESSONBANK_TEST_PROGRAMS"];
  if (built) cpSync(built, join(folder, "native"), { recursive: true });
  process.env["LESSONBANK_CACHE"] = folder;
  // Where that fails the tests that need them say why.
  await nativePrograms().catch(() => undefined);
  return () => rmSync(folder, { recursive: true, force: true });
}
