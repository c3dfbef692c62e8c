/**
 * A cache folder of this process's own, so that nothing that was built or found before helps.
 */
import { closeSync, linkSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Evaluators of this process use an empty cache folder from now on, which is gone when the process is. Once in a process: what an
 * evaluator remembers of a folder outlives the evaluator.
 */
export function useFreshCache(): void {
  const { LESSONBANK_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  const usual = own ?? join(shared ?? join(homedir(), ".cache"), "lessonbank");
  mkdirSync(usual, { recursive: true, mode: 0o700 });
  const fresh = mkdtempSync(join(dirname(usual), "lessonbank-bench-"));
  process.once("exit", () => rmSync(fresh, { recursive: true, force: true }));
  // The lock stays the one that every evaluator of this user waits for: it is the same file under another name.
  closeSync(openSync(join(usual, "timing.lock"), "a", 0o600));
  linkSync(join(usual, "timing.lock"), join(fresh, "timing.lock"));
  process.env["LESSONBANK_CACHE"] = fresh;
}
