/**
 * A loaded, validated task. `load.ts` makes it from a folder, `infer.ts` from a bare source file.
 */
import { join } from "node:path";
import type { Language } from "../code/language.ts";
import type { Signature } from "./signature.ts";

export type { Language };

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

export interface Task {
  readonly kind: "function";
  readonly name: string;
  readonly description: string;
  readonly language: Language;
  /** The folder that the task was loaded from. */
  readonly directory: string;
  /** The reference: file name inside the folder, and its whole text. */
  readonly source: { readonly file: string; readonly text: string };
  /** As the task file names it: plain or qualified, with parameter types where there are overloads. */
  readonly function: string;
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
  readonly threads: number;
  /** A trusted file of the task's that fills what rules cannot say. */
  readonly generator?: { readonly file: string; readonly text: string; readonly language: Language };
  /** The file that messages about this task name; `task.json` in its folder where absent. */
  readonly file?: string;
  /** SHA-256 over all that decides an Outcome: source, signature, inputs, sizes, compiler. Hexadecimal. */
  readonly hash: string;
}

/** The file that a message about the task names. */
export function taskFile(task: Task): string {
  return task.file ?? join(task.directory, "task.json");
}
