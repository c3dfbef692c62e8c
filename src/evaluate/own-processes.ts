/**
 * Names for what belongs to one process of ours and must be cleared away after it: a process id alone may be another's by then, so
 * its start time goes with it.
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

/** `PID-START-RANDOM`: unlike every other name that any process makes. */
export function nameOfOwn(): string {
  return `${process.pid}-${startOf(process.pid) ?? 0}-${randomBytes(6).toString("hex")}`;
}

/** Whether a name was made by a process that is gone. False for what is no such name. */
export function isAbandoned(name: string): boolean {
  const [, pid, start] = /^(\d+)-(\d+)-[\da-f]{12}$/.exec(name) ?? [];
  return pid !== undefined && startOf(Number(pid)) !== Number(start);
}

/** In the kernel's ticks since it booted; undefined where there is no such process. */
function startOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything, parentheses too.
    const [state, ...fields] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? undefined : Number(fields[18]);
  } catch {
    return undefined;
  }
}
