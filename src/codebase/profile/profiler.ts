/**
 * What every profiler is: files to put beside the benchmark, a command in place of it, and a reading of what it left behind.
 */
import { normalize } from "node:path";
import type { Language } from "../../code/language.ts";

/** Relative to the root of the copy in which the benchmark runs. */
export const profileFolder = ".lessonbank-profile";

/** A function that a sample may belong to. What is absent is not known. */
export interface Place {
  /** As the profiler spells it: demangled, perhaps with parameter types. */
  readonly name: string;
  /** Relative to the root where it lies in the repository. */
  readonly file?: string;
  /** From 1. Somewhere in the function, or where it begins. */
  readonly line?: number;
}

export interface Sample {
  /** Own time. */
  readonly ms: number;
  /** The innermost first: the time belongs to the first that the repository defines. */
  readonly candidates: readonly Place[];
  /** What to call it where the repository defines none of them: a library, `garbage collector`. */
  readonly outside: string;
}

export interface Profiler {
  readonly languages: readonly Language[];
  /** In a few words, for the head of the table. */
  readonly method: string;
  /** CPU time that has to be seen before samples say something: a benchmark that is shorter is run several times. */
  readonly enoughMs: number;
  readonly files: ReadonlyMap<string, string>;
  /** A command for `/bin/sh` that runs the benchmark and ends as it ends. */
  command(bench: string): string;
  readonly collect: readonly string[];
  /** `files` by name below `profileFolder`. Untrusted: whatever it is, it throws nothing. */
  read(files: ReadonlyMap<string, string>): Sample[];
}

/** The path below the root; undefined where it is elsewhere. */
export function below(root: string, path: string): string | undefined {
  // A compiler keeps the folders of its search path as they were given: `/tree/bench/../source/text.h`.
  const plain = normalize(path);
  return root !== "" && plain.startsWith(`${root}/`) ? plain.slice(root.length + 1) : undefined;
}
