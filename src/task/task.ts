/**
 * A loaded, validated task. `load.ts` makes it from a folder, `infer.ts` from a bare source file.
 */
import { join } from "node:path";
import type { CompiledLanguage, Language } from "../code/language.ts";
import type { Signature } from "./signature.ts";

export type { CompiledLanguage, Language };

/** A scalar or a length: a literal, or an integer expression over the sizes. */
export type Expression = number | string;

/** The generator of values in `inputs`, as the task file spells it (already validated). */
export interface InputRule {
  readonly value?: Expression | boolean;
  readonly length?: Expression;
  readonly uniform?: readonly [Expression, Expression];
  readonly normal?: readonly [Expression, Expression];
  readonly integers?: readonly [Expression, Expression];
  readonly constant?: Expression | boolean;
  readonly permutation?: true;
  readonly text?: string;
  readonly sorted?: InputRule;
  readonly fields?: Readonly<Record<string, InputRule>>;
  readonly each?: InputRule & { readonly length: Expression | readonly [Expression, Expression] };
  readonly output?: true;
  readonly scratch?: true;
  readonly used?: Expression;
}

export type Sizes = Readonly<Record<string, number>>;

/** What agents, strategies and banks see of every task, whatever judges its candidates. */
interface TaskBase {
  readonly name: string;
  readonly description: string;
  /** The folder that the task was loaded from; of a command task, the repository's root. */
  readonly directory: string;
  /** The reference: file name inside the folder, and its whole text. */
  readonly source: { readonly file: string; readonly text: string };
  /** As the task file names it: plain or qualified, with parameter types where there are overloads. */
  readonly function: string;
  readonly threads: number;
  /** The file that messages about this task name; `task.json` in its folder where absent. */
  readonly file?: string;
  /** SHA-256 over all that decides an Outcome, hexadecimal. */
  readonly hash: string;
}

/** A function that the evaluator calls itself, on inputs that it makes. */
export interface FunctionTask extends TaskBase {
  readonly kind: "function";
  readonly language: CompiledLanguage;
  /** A wrapper in the source through which a static function or template instance is reached. */
  readonly entry?: string;
  readonly signature: Signature;
  readonly compiler: {
    readonly command: string;
    readonly standard: string;
    readonly flags: readonly string[];
  };
  readonly sizes: {
    readonly timed: Sizes;
    /** As written in the task file. `checkedSizes` adds 0, 1 and odd ones. */
    readonly checked: readonly Sizes[];
    readonly minimum: Sizes;
    readonly maximum: Sizes;
    readonly require: readonly string[];
  };
  readonly inputs: Readonly<Record<string, InputRule>>;
  readonly tolerance: { readonly relative: number; readonly absolute: number };
  /** A trusted file of the task's that fills what rules cannot say. */
  readonly generator?: { readonly file: string; readonly text: string; readonly language: CompiledLanguage };
}

/** What a benchmark says: how long it took by our clock, or a number that it prints. */
export type Metric =
  | { readonly kind: "time" }
  | {
      readonly kind: "number";
      /** A regular expression with one group, tried on each line of what it prints; the last match counts. */
      readonly pattern?: string;
      /** Keys and indices into the last JSON document that it prints, `results.0.mean`. */
      readonly jsonPath?: string;
      readonly better: "lower" | "higher";
      readonly unit?: string;
    };

/** A function of a repository, judged by the repository's own commands. */
export interface CommandTask extends TaskBase {
  readonly kind: "command";
  readonly language: Language;
  /** Command lines for `/bin/sh`, run in the root of a copy of the repository. */
  readonly commands: { readonly build?: string; readonly test: string; readonly bench: string };
  readonly metric: Metric;
  /** What translates or runs the language, with its version, as `gcc (Debian 12.2.0-14) 12.2.0` or `Python 3.11.7`. */
  readonly toolchain: string;
  /** Callers of the function and types that it uses, from other files of the repository: for prompts, as source text. */
  readonly surroundings?: string;
}

export type Task = FunctionTask | CommandTask;

/** The sizes of the timed call, by name; none where a benchmark of the user's own decides them. */
export function timedSizes(task: Task): Sizes {
  return task.kind === "function" ? task.sizes.timed : {};
}

/** The file that a message about the task names. */
export function taskFile(task: Task): string {
  return task.file ?? join(task.directory, "task.json");
}
