/**
 * `reduce` with a spread in its callback copies all that was gathered so far for each element.
 *
 *     xs.reduce((out, x) => [...out, x * 2], [])
 *   →
 *     xs.reduce((out, x) => {
 *       out.push(x * 2);
 *       return out;
 *     }, [])
 *
 * Legal where reduce starts from a literal and the callback only reads from what was gathered: then nobody sees it before reduce is
 * done.
 */
import type { Node } from "web-tree-sitter";
import { block, replaceNode, indented, indentationAt, indentUnit } from "../../../code/edit.ts";
import { field, find } from "../../../code/tree.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { growthOf, isPlainLiteral } from "./growth.ts";
import { mentions } from "./names.ts";
import { distinct, offer } from "./offer.ts";
import { short } from "./repetition.ts";
import { isReading } from "./steady.ts";
import { isFunction, methodCall, pauses, plain, plainParameters, resultOf, runsApart } from "./tree.ts";

export const reduceInPlace: Rewrite = {
  name: "reduce-in-place",
  idea: "Lets the callback of reduce add to what it gathers, instead of copying it with a spread or concat for each element.",
  reference: "T. Cormen et al., Introduction to Algorithms, §16.4: dynamic tables",
  lessons: {
    faster:
      "Each element copied all that was gathered before it; adding in place made a quadratic reduce linear.",
    slower: "So little is gathered that copying it costs nothing.",
    wrong: "Somebody kept what was gathered up to some element.",
  },
  opportunities(subject) {
    return distinct(find(subject.function, "call_expression").flatMap((node) => reduced(subject, node)));
  },
};

function reduced(subject: Subject, node: Node): Opportunity[] {
  const call = methodCall(node);
  const [callback, start, ...more] = call?.arguments ?? [];
  if (!call || !/^reduce(Right)?$/.test(call.method) || !callback || !start || more.length > 0) return [];
  const literal = plain(start);
  if (!isPlainLiteral(literal)) return [];
  if (callback.type !== "arrow_function" || runsApart(callback) || pauses(callback)) return [];
  const gathered = plainParameters(callback)?.[0];
  const result = resultOf(callback);
  const body = field(callback, "body");
  if (gathered?.type !== "identifier" || !result || !body) return [];
  const name = gathered.text;
  // A name that is declared again inside would be another one.
  if (
    find(body, "variable_declarator").some((each) => mentions(name, field(each, "name") ?? each).length > 0)
  )
    return [];
  const steps = stepsOf(subject, name, literal.type, result);
  if (!steps || steps.lines("") === "") return [];
  const copied = new Set(steps.copied.map(({ id }) => id));
  const read = mentions(name, body).every(
    (mention) =>
      copied.has(mention.id) || (isReading(mention) && !isIterator(mention) && !isCaught(mention, callback)),
  );
  if (!read) return [];
  return offer(subject, {
    parameters: {},
    place: `reduce over ${short(call.object.text)}`,
    preconditions: [
      `${name} is copied for each element`,
      "reduce starts from a literal, and the callback only reads from what was gathered",
    ],
    assumptions: [...new Set(steps.assumptions)],
    edits: [
      replaceNode(
        body,
        indented(
          subject.source,
          block(subject.source, "", `${steps.lines(indentUnit(subject.source))}\nreturn ${name};`),
          indentationAt(subject.source, body.startIndex),
        ),
      ),
    ],
  });
}

interface Steps {
  lines(unit: string): string;
  readonly copied: readonly Node[];
  readonly assumptions: readonly string[];
}

/** What the callback's value means as statements: a growth, the thing itself, or a choice between the two. */
function stepsOf(subject: Subject, name: string, kind: string, result: Node): Steps | undefined {
  const node = plain(result);
  if (node.type === "identifier" && node.text === name)
    return { lines: () => "", copied: [node], assumptions: [] };
  if (node.type === "ternary_expression") {
    const condition = field(node, "condition");
    const [yes, no] = ["consequence", "alternative"].map((each) => {
      const branch = field(node, each);
      return branch && stepsOf(subject, name, kind, branch);
    });
    if (!condition || !yes || !no) return undefined;
    return {
      lines(unit) {
        const [first, second] = [yes.lines(unit), no.lines(unit)];
        const inside = (text: string) =>
          text
            .split("\n")
            .map((line) => unit + line)
            .join("\n");
        if (first === "") return second === "" ? "" : `if (!(${condition.text})) {\n${inside(second)}\n}`;
        const whole = `if (${condition.text}) {\n${inside(first)}\n}`;
        return second === "" ? whole : `${whole} else {\n${inside(second)}\n}`;
      },
      copied: [...yes.copied, ...no.copied],
      assumptions: [...yes.assumptions, ...no.assumptions],
    };
  }
  const growth = growthOf(subject, name, kind, node);
  return (
    growth && { lines: () => `${growth.text};`, copied: [growth.copied], assumptions: growth.assumptions }
  );
}

function isIterator(mention: Node): boolean {
  const property = mention.parent && field(mention.parent, "property")?.text;
  return /^(keys|values|entries)$/.test(property ?? "");
}

/** Whether a mention stands in a function inside the callback, which may be kept. */
function isCaught(mention: Node, callback: Node): boolean {
  for (let at = mention.parent; at && at.id !== callback.id; at = at.parent) if (isFunction(at)) return true;
  return false;
}
