/**
 * A command in the tree of some layers: on top of them, thrown away afterwards, or kept.
 */
import { readFile, stat } from "node:fs/promises";
import { cleanSource } from "../../code/clean-text.ts";
import { runCommand, type JailedRun } from "./command-jail.ts";
import type { Layers, Raised } from "./layers.ts";
import type { Room } from "./open-room.ts";
import { lastLines } from "./output-end.ts";
import type { CommandRun } from "../project/project.ts";

export interface RunInLayers {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly files?: ReadonlyMap<string, string | Uint8Array> | undefined;
  readonly profiling?: boolean | undefined;
}

/** What it changes is gone when this resolves. */
export async function runThrownAway(
  room: Room,
  layers: Layers,
  command: string,
  options: RunInLayers,
): Promise<JailedRun> {
  const raised = await room.workshop.raise(layers, options.files);
  try {
    return await runCommand(room.jail, { command, tree: raised.open, ...options });
  } finally {
    await room.workshop.drop(raised);
  }
}

/** A layer with these files, in which the command (none: nothing) has run. The caller drops it. */
export async function runKept(
  room: Room,
  layers: Layers,
  command: string | undefined,
  options: RunInLayers,
): Promise<{ readonly raised: Raised; readonly run: JailedRun | undefined }> {
  const raised = await room.workshop.raise(layers, options.files);
  try {
    const run =
      command === undefined
        ? undefined
        : await runCommand(room.jail, { command, tree: raised.open, ...options });
    return { raised, run };
  } catch (error) {
    await room.workshop.drop(raised);
    throw error;
  }
}

/** As others see it. */
export function asCommandRun(command: string, run: JailedRun): CommandRun {
  return {
    command,
    ending: run.ending,
    exitCode: run.exitCode,
    ...(run.signal !== undefined && { signal: run.signal }),
    durationMs: run.wallMs,
    tail: tailOf(run),
  };
}

/** The last lines, fit for a terminal. */
export function tailOf(run: JailedRun, lines = 40, characters = 8000): string {
  return lastLines(cleanSource(run.output.all), lines, characters);
}

export function succeeded(run: JailedRun): boolean {
  return run.ending === "exit" && run.exitCode === 0;
}

/** How it ended, as `exited with 2` or `was stopped after 10 s`. */
export function howItEnded(run: JailedRun, limitMs: number): string {
  if (run.ending === "exit") return `exited with ${run.exitCode}`;
  if (run.ending === "signal") return `was ended by ${run.signal}`;
  if (run.ending === "timed-out")
    return `was stopped after ${(limitMs / 1000).toLocaleString("en")} s, which is its limit`;
  if (run.ending === "out-of-memory") return "took more memory than it may";
  return "wrote more to disk than it may";
}

const mostCollected = 256;
const mostCollectedBytes = 64 * 2 ** 20;

/** Plain files whose paths match, by path: those of the topmost layer that has them. */
export async function collect(
  room: Room,
  raised: Raised,
  globs: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const patterns = globs.map(globPattern);
  const wanted = new Set<string>();
  for (const path of await room.workshop.paths(raised.layers))
    if (patterns.some((pattern) => pattern.test(path))) wanted.add(path);
  const files = new Map<string, Uint8Array>();
  let bytes = 0;
  for (const path of [...wanted].toSorted().slice(0, mostCollected)) {
    const file = await room.workshop.find(raised.layers, path);
    if (file === undefined) continue;
    // Before it is read: a file may be as large as the disk lets it, or have holes.
    bytes += (await stat(file)).size;
    if (bytes > mostCollectedBytes) break;
    files.set(path, await readFile(file));
  }
  return files;
}

/** `*` within a part of a path, `**` over parts, `?` one character. */
export function globPattern(glob: string): RegExp {
  const text = glob.replace(/^\.\//, "").replaceAll(/\*\*\/|\*\*|\*|\?|[^\w/]/g, (sign) => {
    if (sign === "**/") return "(?:.*/)?";
    if (sign === "**") return ".*";
    if (sign === "*") return "[^/]*";
    return sign === "?" ? "[^/]" : `\\${sign}`;
  });
  return new RegExp(`^${text}$`);
}
