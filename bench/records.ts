/**
 * What a benchmark measured, one JSON document a line, written as it goes: an interrupted run loses nothing, and is taken up again
 * where the same file is given.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UsageError } from "lessonbank";
import { describeMachine, type Machine } from "./machine.ts";

export interface Records<Item> {
  readonly file: string;
  readonly machine: Machine;
  /** Those that the file held before, and those added since. */
  readonly items: readonly Item[];
  add(item: Item): void;
}

/** Opens or makes the file; by default a fresh one in `.lessonbank/records`. */
export function openRecords<Item>(benchmark: string, given: string | undefined): Records<Item> {
  const time = new Date().toISOString().replaceAll(":", "-").slice(0, 19);
  const file = given ?? join(".lessonbank", "records", `${benchmark}-${time}.jsonl`);
  if (existsSync(file)) {
    const earlier = readRecords<Item>(benchmark, file);
    // What was cut off stays a line of its own, which reading leaves out.
    if (!readFileSync(file, "utf8").endsWith("\n")) appendFileSync(file, "\n");
    process.stderr.write(`${file}: goes on after ${earlier.items.length} records\n`);
    return writable(file, earlier.machine, [...earlier.items]);
  }
  mkdirSync(dirname(file), { recursive: true });
  const machine = describeMachine(benchmark);
  appendFileSync(file, `${JSON.stringify({ benchmark, machine })}\n`);
  process.stderr.write(`records go to ${file}\n`);
  return writable(file, machine, []);
}

/** Reads a file that `openRecords` wrote. Throws a UsageError where it is another's. A line that was cut off is left out. */
export function readRecords<Item>(benchmark: string, file: string): Omit<Records<Item>, "add"> {
  if (!existsSync(file)) throw new UsageError(`${file}: there is no such file of records`);
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const [heading, ...items] = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
  const { benchmark: whose, machine } = (heading ?? {}) as { benchmark?: string; machine?: Machine };
  if (whose !== benchmark || !machine)
    throw new UsageError(`${file}: these are not the records of bench:${benchmark}`, {
      remedy: "Give a file that this benchmark wrote with --records.",
    });
  return { file, machine, items: items as Item[] };
}

/** In the order in which the keys first occur. */
export function grouped<Item>(items: readonly Item[], key: (item: Item) => string): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return [...groups];
}

function writable<Item>(file: string, machine: Machine, items: Item[]): Records<Item> {
  return {
    file,
    machine,
    items,
    add(item) {
      items.push(item);
      appendFileSync(file, `${JSON.stringify(item)}\n`);
    },
  };
}
