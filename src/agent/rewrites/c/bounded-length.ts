/**
 * A length that is only compared with something need not be known beyond that: whether a text has more than twenty characters is seen after
 * twenty-one of them.
 *
 *     size_t length = strlen(text);               const size_t bound = start > start + count ? start : start + count;
 *     if (start >= length) return NULL;     →     size_t length = strnlen(text, bound == (size_t)-1 ? bound : bound + 1);
 *     if (start + count > length) …               … as before …
 *
 * Legal where the length is used in comparisons alone and what it is compared with keeps its value: a length that was cut off is above all of it,
 * as the whole one is.
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { effectsOf } from "../../../code/effects.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  calleeOf,
  contains,
  field,
  find,
  normalised,
  operatorOf,
  same,
  withoutCasts,
} from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { typeOf, type Variable, variableOf, variablesOf } from "../../../code/variables.ts";
import { copyType, offer } from "../offer.ts";
import { plain } from "../../../code/types.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const boundedLength: Rewrite = {
  name: "bounded-length",
  idea: "Counts a text's characters no further than what their number is compared with.",
  reference: "GNU C library manual, Representation of Strings: strnlen; IEEE Std 1003.1, strnlen",
  lessons: {
    faster: "The whole rest of a long text was walked through to learn whether it has a few characters more.",
    slower: "The texts are hardly longer than what their length is compared with.",
    wrong: "The length itself was needed.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((variable) => bounded(subject, definition, variable)),
    );
  },
};

/** More than these and the bound costs as much as the length. */
const mostBounds = 3;

function bounded(subject: Subject, definition: Node, length: Variable): Opportunity[] {
  const { declaration, initial, name } = length;
  const call = initial && withoutCasts(initial);
  if (!call || call.type !== "call_expression" || !/^(std::)?strlen$/.test(calleeOf(call))) return [];
  if (length.kind !== "local" || length.static || declaration.type !== "declaration") return [];
  if (!declaredOnce(name, definition) || declaration.parent?.type !== "compound_statement") return [];
  const uses = mentions(name, definition).filter((use) => !same(use, length.node));
  const others = uses.map((use) => comparedWith(use, length, definition));
  if (others.length === 0 || !others.every((other) => other !== undefined)) return [];
  const bounds = [...new Map(others.map((other) => [normalised(other), other])).values()];
  if (bounds.length > mostBounds) return [];
  const { source } = subject;
  const size = copyType(subject, plain("size_t"));
  const bound = freshName(source, `${name}_bound`);
  const [first, ...more] = bounds.map((each) => castTo(size, each));
  const text = argumentsOf(call)[0]?.text ?? "";
  return offer(subject, {
    parameters: {},
    place: `the length of ${text}`,
    preconditions: ["the length of a string is used in comparisons alone"],
    assumptions: [],
    edits: [
      insertBefore(
        source,
        declaration,
        [
          `${size} ${bound} = ${first};`,
          ...more.map((each) => `if (${each} > ${bound}) ${bound} = ${each};`),
          `if (${bound} != (${size})-1) ++${bound};`,
        ].join("\n"),
      ),
      replaceNode(call, `strnlen(${text}, ${bound})`),
    ],
  });
}

function castTo(type: string, node: Node): string {
  const plainly = /^(identifier|number_literal)$/.test(node.type);
  return arithmeticOf(typeOf(node))?.signed === false && arithmeticOf(typeOf(node))?.bits === 64
    ? node.text
    : `(${type})${plainly ? node.text : `(${node.text})`}`;
}

/** What a use of the length is compared with, where that has had the same value since before the length was taken. */
function comparedWith(use: Node, length: Variable, definition: Node): Node | undefined {
  const comparison = use.parent;
  if (comparison?.type !== "binary_expression" || !/^(<|<=|>|>=|==|!=)$/.test(operatorOf(comparison)))
    return undefined;
  const [left, right] = [field(comparison, "left"), field(comparison, "right")];
  const other = left && same(left, use) ? right : left;
  if (!other || !isSum(other) || !arithmeticOf(typeOf(other))) return undefined;
  const names = find(other, "identifier");
  const steady = names.every((each) => {
    const variable = variableOf(each);
    if (!variable || variable.kind === "global" || variable.static || variable.type.reference) return false;
    if (variable.name === length.name || !arithmeticOf(variable.type)) return false;
    if (effectsOf(definition).escaping.has(variable.name)) return false;
    if (variable.kind === "local" && variable.node.startIndex > length.node.startIndex) return false;
    return isSteady(variable, definition);
  });
  return steady ? other : undefined;
}

/** Sums of names and numbers: nothing that could trap before its time. Signed ones could overflow. */
function isSum(node: Node): boolean {
  const inner = withoutCasts(node);
  if (inner.type === "identifier" || inner.type === "number_literal") return true;
  const [left, right] = [field(inner, "left"), field(inner, "right")];
  return (
    inner.type === "binary_expression" &&
    /^[+-]$/.test(operatorOf(inner)) &&
    arithmeticOf(typeOf(inner))?.signed === false &&
    !!left &&
    !!right &&
    isSum(left) &&
    isSum(right)
  );
}

/** Never written but by its declaration. */
function isSteady(variable: Variable, definition: Node): boolean {
  const body = field(definition, "body") ?? definition;
  return effectsOf(body).accesses.every(
    (access) =>
      !access.writes ||
      access.root !== variable.name ||
      access.kind !== "variable" ||
      (variable.kind === "local" && contains(variable.declaration, access.node)),
  );
}
