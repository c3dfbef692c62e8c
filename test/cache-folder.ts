/** Every run of the tests has a cache folder of its own, so that none is answered from what an earlier one left. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "lessonbank-test-cache-"));
  process.env["LESSONBANK_CACHE"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
