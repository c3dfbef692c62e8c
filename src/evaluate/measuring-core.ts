/**
 * Which core measurements are pinned to: supervisor and worker share one, so that a reply is never in flight between two.
 */
import { randomInt } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * One of the fastest cores that we may use, but not the first, which interrupts crowd; chance decides among equals, so that two evaluators
 * seldom meet. Undefined where there is only one.
 */
export function measuringCore(): number | undefined {
  const allowed = allowedCores();
  if (allowed.length < 2) return undefined;
  const best = fastest(allowed, (core) =>
    Number(read(`/sys/devices/system/cpu/cpu${core}/cpufreq/cpuinfo_max_freq`)),
  );
  const quiet = best.length > 1 && allowed.length > 2 ? best.slice(1) : best;
  return quiet[randomInt(quiet.length)];
}

/** Those that this process may run on. */
export function allowedCores(): number[] {
  return parseCores(/^Cpus_allowed_list:\s*(\S+)$/m.exec(read("/proc/self/status"))?.[1] ?? "");
}

/** `0-2,5` as numbers. */
export function parseCores(list: string): number[] {
  return list
    .split(",")
    .filter((range) => /^\d+(?:-\d+)?$/.test(range))
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/** Those whose greatest frequency is the greatest: some machines have slow cores too. All where it is not known. */
export function fastest(cores: readonly number[], frequencyOf: (core: number) => number): number[] {
  const most = Math.max(...cores.map(frequencyOf));
  return cores.filter((core) => frequencyOf(core) === most);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
