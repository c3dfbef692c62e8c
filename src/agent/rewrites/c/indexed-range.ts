/**
 * Writes a range-based for over a contiguous container as a loop over an index. This is no rewrite of its own: it lets those that work on
 * counted loops see what is gone through.
 *
 *     for (double x : v) s += x;   →   for (std::size_t index = 0; index < v.size(); index++) { double x = v[index]; s += x; }
 */
import { block, freshName } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { type Loop, loopsIn } from "../../../code/loops.ts";
import { bare, field } from "../../../code/tree.ts";
import { containerOf, isContiguous } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { bodyOf, replaceByLines } from "./loop-text.ts";
import { edited, reopened } from "../offer.ts";
import type { Subject } from "../rewrite.ts";

/** The file with the loop written over an index, and the loop in it; undefined where that cannot be done. */
export function indexedRange(subject: Subject, loop: Loop): { subject: Subject; loop: Loop } | undefined {
  const [range, body] = [field(loop.node, "right"), field(loop.node, "body")];
  if (loop.kind !== "range" || !range || !body || field(loop.node, "initializer")) return undefined;
  const container = bare(range);
  if (container.type !== "identifier" && container.type !== "field_expression") return undefined;
  const type = typeOf(container);
  if (!type || !containerOf(type) || !isContiguous(type)) return undefined;
  const touched = effectsOf(body).accesses.some(
    (access) => access.writes && access.kind !== "element" && access.root === container.text,
  );
  if (touched || effectsOf(body).opaque) return undefined;
  const head = loop.node.text.slice(0, range.startIndex - loop.node.startIndex);
  const declaration = /\(\s*([\s\S]*?)\s*:\s*\(?\s*$/.exec(head)?.[1];
  if (!declaration || declaration.includes("[")) return undefined;
  const index = freshName(subject.source, "index");
  const header = `for (std::size_t ${index} = 0; ${index} < ${container.text}.size(); ${index}++)`;
  const lines = block(
    subject.source,
    header,
    `${declaration} = ${container.text}[${index}];\n${bodyOf(subject, loop)}`,
  );
  const text = edited(subject, [replaceByLines(subject, loop.node, lines)]);
  const again = text === undefined ? undefined : reopened(subject, text);
  const found = again && loopsIn(again.function).find((each) => each.count?.variable === index);
  return again && found ? { subject: again, loop: found } : undefined;
}
