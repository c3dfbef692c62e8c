/**
 * Numbers that count the elements of an array: what is known of where they begin and end.
 */
import type { Node } from "web-tree-sitter";
import { field, operatorOf, parts, same } from "../../../code/tree.ts";
import type { Subject } from "../rewrite.ts";
import { isDeclaredIn, mentions, variableOf, writesOf } from "./names.ts";
import { callbackOf } from "./repetition.ts";
import { changing } from "./steady.ts";
import { callOn, integerOf, isFunction, plain, plainParameters, propertyOf } from "./tree.ts";

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

/** What gives a name its meaning at a use: a counting loop that declares it, or the callback whose parameter it is. */
function counterAt(use: Node, name: string): Node | undefined {
  const declares = (node: Node | undefined) => node !== undefined && isDeclaredIn(name, node);
  for (let at = use, above = at.parent; above; at = above, above = at.parent) {
    if (above.type === "for_statement") {
      const initializer = field(above, "initializer");
      if (declares(initializer))
        return same(at, initializer ?? at) || declares(field(above, "body")) ? undefined : above;
    } else if (above.type === "for_in_statement") {
      if (declares(field(above, "left"))) return undefined;
    } else if (isFunction(above)) {
      const [parameters, body] = [
        field(above, "parameters") ?? field(above, "parameter"),
        field(above, "body"),
      ];
      if (declares(parameters)) return declares(body) ? undefined : above;
    } else if (
      above.type === "statement_block" &&
      above.namedChildren.some((each) => each.type.endsWith("_declaration") && declares(each))
    )
      return undefined;
  }
  return undefined;
}

/** Whether a name is, at that use, a loop's own number that starts at 0 or later and is only counted up. */
export function countsUp(name: string, use: Node): boolean {
  const loop = counterAt(use, name);
  const [declarator] = loop?.type === "for_statement" ? parts(field(loop, "initializer") ?? loop) : [];
  const start =
    declarator && field(declarator, "name")?.text === name ? field(declarator, "value") : undefined;
  if (!loop || !start) return false;
  const base = /^([A-Za-z_$][\w$]*)(?: *\+ *\d+)?$/.exec(start.text)?.[1];
  const fromStart =
    (integerOf(start) ?? -1) >= 0 || (base !== undefined && base !== name && countsUp(base, start));
  return (
    fromStart &&
    writesOf(name, loop).every(
      ({ parent }) => parent?.type === "update_expression" && parent.text.includes("++"),
    )
  );
}

/** Whether a name is, at that use, the number of an element of the array. */
export function isPlace(subject: Subject, name: string, array: Node, use: Node): boolean {
  const counter = counterAt(use, name);
  if (!counter) return false;
  if (counter.type !== "for_statement") {
    const call = callbackOf(counter);
    const counts = call && /^(?:map|forEach|filter|some|every|find|findIndex|flatMap)$/.test(call.method);
    return (
      counts === true &&
      call.object.text === array.text &&
      plainParameters(counter)?.[1]?.text === name &&
      writesOf(name, counter).length === 0
    );
  }
  const condition = field(counter, "condition");
  const test = condition?.type === "expression_statement" ? condition.namedChildren[0] : condition;
  const stop =
    test && operatorOf(test) === "<" && field(test, "left")?.text === name ? field(test, "right") : undefined;
  const ends = stop && (isLength(subject, stop, array) || isLess(subject, stop, array));
  return ends === true && countsUp(name, use) && writesOf(name, counter).length === 1;
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
