/**
 * What a command may take where nobody said otherwise.
 */
import { totalmem } from "node:os";
import type { CommandLimits } from "../project/project.ts";

export function withDefaults(limits: Partial<CommandLimits> = {}): CommandLimits {
  return {
    buildMs: 15 * 60_000,
    testMs: 10 * 60_000,
    benchMs: 5 * 60_000,
    memoryBytes: Math.min(4 * 2 ** 30, Math.floor(totalmem() / 2)),
    diskBytes: 4 * 2 ** 30,
    processes: 512,
    ...limits,
  };
}
