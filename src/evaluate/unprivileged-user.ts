/**
 * Whose processes jails are, where we are root.
 */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";
import { MachineError } from "../errors.ts";

/**
 * A real user id that nobody has, fresh for every process, where we are root; undefined elsewhere. A sandbox started as root
 * would be root outside, whatever it is called inside.
 */
export function unprivilegedUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  // Inside a container only the ids that are mapped exist.
  const map = readFileSync("/proc/self/uid_map", "utf8");
  const ranges = map
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const end = Math.max(...ranges.map(([inside = 0, , length = 0]) => inside + length));
  if (end > 2_000_000_000) return 1_900_000_000 + randomInt(90_000_000);
  if (end > 61_000) return Math.max(20_000, end - 40_000) + randomInt(Math.min(30_000, end - 60_000));
  throw new MachineError("this container maps too few user ids to run untrusted code as another user", {
    remedy: "Run lessonbank as a user other than root.",
  });
}
