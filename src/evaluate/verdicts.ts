/**
 * Verdicts that were given before, by what was judged: the text in its normal form, and the object code that it compiles to. A candidate that
 * differs from an earlier one in comments, or in nothing that the compiler heeds, is answered at once.
 */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory, keep } from "./cache.ts";
import type { Effort } from "./evaluator.ts";
import type { Outcome } from "./outcome.ts";

/** A verdict as it was given. */
export interface Verdict {
  readonly outcome: Outcome;
  /** ISO 8601. */
  readonly judgedAt: string;
}

export interface Verdicts {
  /** The verdict under this key that took at least this effort. */
  find(key: string, effort: Effort): Promise<Verdict | undefined>;
  /** Keeps it under every key. Never throws: a full disk costs time, nothing else. */
  add(keys: readonly string[], effort: Effort, outcome: Outcome): Promise<void>;
}

const efforts: readonly Effort[] = ["screen", "normal", "confirm"];
const mostInMemory = 10_000;

/** Of everything that a verdict depends on, in order. */
export function verdictKey(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}\0`).update(part);
  return hash.digest("hex");
}

/** `directory` is where they are kept; by default in the cache folder. */
export function createVerdicts(directory = join(cacheDirectory(), "verdicts")): Verdicts {
  const known = new Map<string, Entry>();
  const pathOf = (key: string): string => join(directory, key.slice(0, 2), `${key}.json`);
  const remember = (key: string, entry: Entry): void => {
    known.delete(key);
    known.set(key, entry);
    const oldest = known.size > mostInMemory ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
  };
  return {
    async find(key, effort) {
      const entry = known.get(key) ?? (await readEntry(pathOf(key)));
      if (!entry) return undefined;
      remember(key, entry);
      return efforts.indexOf(entry.effort) >= efforts.indexOf(effort) ? entry : undefined;
    },
    async add(keys, effort, outcome) {
      const entry: Entry = { outcome, effort, judgedAt: new Date().toISOString() };
      const text = encode(entry);
      for (const key of keys) {
        remember(key, entry);
        if (lasts(outcome)) await keep(pathOf(key), text).catch(() => undefined);
      }
    },
  };
}

interface Entry extends Verdict {
  readonly effort: Effort;
}

/** What a busy machine may have brought about is not kept for other days. */
function lasts({ status }: Outcome): boolean {
  return status === "measured" || status === "wrong-output" || status === "not-compiled";
}

/** A digest, then what it is of: a file that was cut short or changed says nothing. */
function encode(entry: Entry): string {
  const body = JSON.stringify(entry);
  return `${verdictKey(body)}\n${body}`;
}

async function readEntry(path: string): Promise<Entry | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const [digest, body = ""] = text.split("\n", 2);
  if (digest === verdictKey(body)) return JSON.parse(body) as Entry;
  await rm(path, { force: true }).catch(() => undefined);
  return undefined;
}
