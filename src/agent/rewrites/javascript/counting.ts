/**
 * Numbers that count the elements of an array: what is known of where they begin and end.
 */
import type { Node } from "web-tree-sitter";
import { field, operatorOf, same } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { mentions, variableOf, writesOf } from "./names.ts";
import { callbackOf } from "./repetition.ts";
import { changing } from "./steady.ts";
import { callOn, functionAround, integerOf, plain, plainParameters, propertyOf } from "./tree.ts";

/** `xs.length`, or a constant that holds it while nothing is put in or taken out. */
export function isLength(subject: Subject, node: Node, array: Node): boolean {
  const length = propertyOf(plain(node));
  if (length) return length.name === "length" && length.object.text === array.text;
  const variable = node.type === "identifier" ? variableOf(subject, node.text) : undefined;
  if (!variable?.value || array.type !== "identifier" || writesOf(node.text, subject.function).length > 0)
    return false;
  const grows = mentions(array.text, subject.function).some((use) =>
    changing.includes(callOn(use)?.method ?? ""),
  );
  return (
    !grows && writesOf(array.text, subject.function).length === 0 && isLength(subject, variable.value, array)
  );
}

/** Whether a name is a loop's own number that starts at 0 or later and is only counted up. */
export function countsUp(subject: Subject, name: string): boolean {
  const variable = variableOf(subject, name);
  const loop = variable?.declaration?.parent?.parent?.parent;
  const start = variable?.value;
  if (loop?.type !== "for_statement" || !start) return false;
  const base = /^([A-Za-z_$][\w$]*) *\+ *\d+$/.exec(start.text)?.[1];
  const fromStart =
    (integerOf(start) ?? -1) >= 0 || (base !== undefined && base !== name && countsUp(subject, base));
  return (
    fromStart &&
    writesOf(name, subject.function).every(
      (write) => write.parent?.type === "update_expression" && write.parent.text.includes("++"),
    )
  );
}

/** Whether a name is, wherever the function reads it, the number of an element of the array, or at the loop's end its length. */
export function isPlace(subject: Subject, name: string, array: Node): boolean {
  const variable = variableOf(subject, name);
  const { declaration } = variable ?? {};
  if (!declaration) return false;
  if (variable?.kind === "parameter") {
    const callback = functionAround(declaration);
    const call = callback && callbackOf(callback);
    const second = callback && plainParameters(callback)?.[1];
    const counts = call && /^(?:map|forEach|filter|some|every|find|findIndex|flatMap)$/.test(call.method);
    return (
      counts === true &&
      call.object.text === array.text &&
      second !== undefined &&
      same(second, declaration) &&
      writesOf(name, subject.function).length === 0
    );
  }
  const loop = declaration.parent?.parent?.parent;
  const condition = loop?.type === "for_statement" ? field(loop, "condition") : undefined;
  const test = condition?.type === "expression_statement" ? condition.namedChildren[0] : condition;
  const stop =
    test && operatorOf(test) === "<" && field(test, "left")?.text === name ? field(test, "right") : undefined;
  const ends = stop && (isLength(subject, stop, array) || isLess(subject, stop, array));
  return ends === true && countsUp(subject, name) && writesOf(name, subject.function).length === 1;
}

/** `xs.length - 1` */
function isLess(subject: Subject, stop: Node, array: Node): boolean {
  const [left, right] = [field(stop, "left"), field(stop, "right")];
  return (
    operatorOf(stop) === "-" &&
    left !== undefined &&
    (integerOf(right) ?? -1) >= 0 &&
    isLength(subject, left, array)
  );
}
