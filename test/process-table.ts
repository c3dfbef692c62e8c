/** What runs on this machine, as /proc tells. */
import { readdir, readFile } from "node:fs/promises";

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
  /** In ticks since the kernel booted: with the pid, unlike any other process. */
  readonly started: string;
  readonly command: string;
}

/** All of them; those that have ended and are not yet fetched are not among them. */
export async function processTable(): Promise<RunningProcess[]> {
  const names = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => readProcess(Number(name))));
  return found.filter((one) => one !== undefined && !/[ZX]/.test(one.state)) as RunningProcess[];
}

/** Every process below `root`. */
export async function descendants(root = process.pid): Promise<RunningProcess[]> {
  const all = new Map((await processTable()).map((one) => [one.pid, one]));
  const below = (pid: number): boolean => {
    const parent = all.get(pid)?.parent;
    return parent !== undefined && (parent === root || below(parent));
  };
  return [...all.values()].filter(({ pid }) => below(pid));
}

/** Whether it runs still, and is not another by the same number. */
export async function runs({ pid, started }: RunningProcess): Promise<boolean> {
  const now = await readProcess(pid);
  return now !== undefined && now.started === started && !/[ZX]/.test(now.state);
}

async function readProcess(pid: number): Promise<RunningProcess | undefined> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, "utf8");
    const [state = "", parent = "", ...more] = status.slice(status.lastIndexOf(")") + 2).split(" ");
    const command = (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
    return { pid, parent: Number(parent), state, started: more[17] ?? "", command };
  } catch {
    return undefined;
  }
}
