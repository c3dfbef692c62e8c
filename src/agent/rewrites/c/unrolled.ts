/**
 * The shape that unrolled loops share: a main loop that takes several iterations at a time, and the original loop for what is left.
 */
import { block } from "../../../code/edit.ts";
import type { Count, Loop } from "../../../code/loops.ts";
import { field } from "../../../code/tree.ts";
import { bodyOf, counterType, grouped } from "./loop-text.ts";
import type { Subject } from "../rewrite.ts";

export interface Unrolling {
  /** Iterations that one pass of the main loop takes. */
  readonly factor: number;
  /** The main loop's body, without braces. */
  readonly main: string;
  /** Lines before the main loop and after the rest; none where empty. */
  readonly before?: string;
  readonly after?: string;
}

/**
 * Lines that take the loop's place, in a block of their own where the loop declared its variable. Undefined where the variable's
 * type cannot be spelled. The loop must be plain: counting up by one.
 */
export function unrolledLines(
  subject: Subject,
  loop: Loop & { readonly count: Count },
  { factor, main, before = "", after = "" }: Unrolling,
): string | undefined {
  const { source } = subject;
  const { count, node } = loop;
  const type = counterType(subject, count);
  if (type === undefined) return undefined;
  const { variable, comparison } = count;
  const bound = grouped(count.bound);
  const update = field(node, "update")?.text ?? `${variable}++`;
  const lines = [
    ...(before === "" ? [] : [before]),
    `${count.declared ? `${type} ` : ""}${variable} = ${count.start.text};`,
    block(
      source,
      `for (; ${variable} + ${factor - 1} ${comparison} ${bound}; ${variable} += ${factor})`,
      main,
    ),
    block(source, `for (; ${variable} ${comparison} ${bound}; ${update})`, bodyOf(subject, loop)),
    ...(after === "" ? [] : [after]),
  ].join("\n");
  return count.declared || before !== "" ? block(source, "", lines) : lines;
}
