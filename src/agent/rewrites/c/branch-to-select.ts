/**
 * A branch on data that follows no pattern is mispredicted every other time, at the cost of fifteen to twenty cycles. Where it only decides which
 * value a variable gets, both values can be at hand and one be chosen; where it decides whether to count or to keep, its truth is a number.
 *
 *     if (d < best) { best = d; index = j; }      →   const int chosen = d < best;
 *                                                      best = chosen ? d : best;  index = chosen ? j : index;
 *     if (x > limit) count++;                      →   count += x > limit;
 *     if (x > 0 && y > 0) …                        →   if ((x > 0) & (y > 0)) …
 *     if (x > limit) out[n++] = x;                 →   out[n] = x;  n += x > limit;
 *     if (x > limit) kept.push_back(x);            →   kept.resize(…) before, kept[n] = x; n += x > limit; inside, kept.resize(n) after
 *
 * `select` and `bitwise` are exact. `append` writes each element before it is known whether it stays, so there must be room for it.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  freshName,
  insertAfter,
  insertBefore,
  replaceNode,
  replaceStatement,
} from "../../../code/edit.ts";
import { effectsOf, isWritten } from "../../../code/effects.ts";
import { describeLoop, innermostLoops, isPlain, type Loop } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  bare,
  conditionOf,
  elseOf,
  expressionOf,
  field,
  find,
  normalised,
  operatorOf,
  parts,
  statementsOf,
  subscript,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, elementType, type ValueType } from "../../../code/types.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const branchToSelect: Rewrite = {
  name: "branch-to-select",
  idea: "Replaces branches that only choose a value, count or keep an element by code without a jump.",
  reference:
    "R. Allen, K. Kennedy, Optimizing Compilers for Modern Architectures, ch. 7: Control Dependence; A. Fog, Optimizing Software in C++, 7.12",
  lessons: {
    faster:
      "The data make the branch hard to predict, or it kept the loop from being vectorised; without it every iteration takes the same few cycles.",
    slower: "The branch was easy to predict, so that what it skipped is now computed for nothing.",
    wrong: "Something is written that the branch had protected: there was no room for one element more.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const loops = innermostLoops(definition);
      return [...appends(subject, loops), ...selects(subject, loops), ...bitwise(subject, loops)];
    });
  },
};

/** All branches of the innermost loops that choose values, at once. */
function selects(subject: Subject, loops: readonly Loop[]): Opportunity[] {
  const taken = new Set<string>();
  const edits: Edit[] = [];
  const places: string[] = [];
  for (const loop of loops) {
    for (const branch of find(loop.body, "if_statement")) {
      if (
        edits.some((edit) => edit.start <= branch.startIndex && branch.endIndex <= edit.end) ||
        branch.parent?.type === "else_clause"
      )
        continue;
      const lines = selection(subject, branch, taken);
      if (!lines) continue;
      const braced = lines.length > 1 && branch.parent?.type !== "compound_statement";
      edits.push(
        replaceStatement(subject.source, branch, braced ? `{ ${lines.join(" ")} }` : lines.join("\n")),
      );
      places.push(`${conditionOf(branch)?.text.replace(/\s+/g, " ")} in ${describeLoop(loop)}`);
    }
  }
  if (edits.length === 0) return [];
  return offer(subject, {
    parameters: { form: "select" },
    place: `the branch${places.length > 1 ? "es" : ""} on ${places.slice(0, 3).join(", ")}`,
    preconditions: ["a branch in the innermost loop only chooses between values"],
    assumptions: [],
    edits,
  });
}

/** The statements that take the branch's place. */
function selection(subject: Subject, branch: Node, taken: Set<string>): string[] | undefined {
  const condition = conditionOf(branch);
  const consequence = field(branch, "consequence");
  if (!condition || !consequence || !isPure(condition)) return undefined;
  const chosen = chosenValue(branch);
  if (chosen) return [`${chosen.target.text} = ${chosen.value};`];
  if (elseOf(branch)) return undefined;
  const assignments = statementsOf(consequence).map((statement) => assignmentOf(statement));
  if (
    assignments.length === 0 ||
    assignments.length > 3 ||
    assignments.some((each) => !each || !isChoosable(each.target, condition))
  )
    return undefined;
  const known = assignments.filter((each) => each !== undefined);
  if (known.length === 1) return [guarded(known[0]!, truthOf(condition), condition.text)];
  // What one sets must not be what another reads.
  const names = known.map((each) => each.target.text);
  if (
    new Set(names).size !== names.length ||
    known.some(
      (each, index) =>
        each.value &&
        find(each.value, "identifier").some(
          (name) => names.indexOf(name.text) !== -1 && names.indexOf(name.text) !== index,
        ),
    )
  )
    return undefined;
  const name = freshName(subject.source, "chosen", taken);
  return [
    `const ${subject.language === "c++" ? "bool" : "int"} ${name} = ${truthOf(condition)};`,
    ...known.map((each) => guarded(each, name, name)),
  ];
}

/** `if (c) x = a; else x = b;` and chains of it, as `c ? a : b`. */
function chosenValue(branch: Node): { target: Node; value: string } | undefined {
  const condition = conditionOf(branch);
  const consequence = field(branch, "consequence");
  const otherwise = elseOf(branch);
  const [only, ...more] = consequence ? statementsOf(consequence) : [];
  const assignment = only && more.length === 0 ? assignmentOf(only) : undefined;
  if (!condition || !otherwise || !assignment?.value || assignment.operator !== "=" || !isPure(condition))
    return undefined;
  const { target } = assignment;
  if (!arithmeticOf(typeOf(target)) || !isPure(target)) return undefined;
  const [last, ...rest] = statementsOf(otherwise);
  if (!last || rest.length > 0) return undefined;
  const inner = last.type === "if_statement" ? chosenValue(last) : undefined;
  const final = assignmentOf(last);
  const other =
    inner ??
    (final?.operator === "=" && final.value ? { target: final.target, value: final.value.text } : undefined);
  if (!other || normalised(other.target) !== normalised(target)) return undefined;
  return { target, value: `${factor(condition)} ? ${assignment.value.text} : ${other.value}` };
}

interface Assignment {
  readonly target: Node;
  readonly operator: string;
  /** None for `++` and `--`. */
  readonly value: Node | undefined;
}

function assignmentOf(statement: Node): Assignment | undefined {
  const expression = expressionOf(statement);
  if (!expression) return undefined;
  if (expression.type === "update_expression") {
    const target = field(expression, "argument");
    return target && { target, operator: operatorOf(expression), value: undefined };
  }
  const [target, value] = [field(expression, "left"), field(expression, "right")];
  if (expression.type !== "assignment_expression" || !target || !value || !isPure(value)) return undefined;
  return /^([-+*|^]?=)$/.test(operatorOf(expression))
    ? { target, operator: operatorOf(expression), value }
    : undefined;
}

/** A local variable; or memory that the condition reads anyway, so that writing what it holds does no harm. */
function isChoosable(target: Node, condition: Node): boolean {
  const node = bare(target);
  if (!arithmeticOf(typeOf(node)) || !isPure(node)) return false;
  if (node.type === "identifier") {
    const variable = variableOf(node);
    return variable !== undefined && variable.kind !== "global" && !variable.type.reference;
  }
  const text = normalised(node);
  return find(condition, node.type).some((other) => normalised(other) === text);
}

function guarded({ target, operator, value }: Assignment, truth: string, condition: string): string {
  const test = /^\w+$/.test(condition) ? condition : truth;
  if (!value) return `${target.text} ${operator === "++" ? "+=" : "-="} ${truth};`;
  if (operator === "=") return `${target.text} = ${test} ? ${value.text} : ${target.text};`;
  if (/^[-+]=$/.test(operator) && /^1[uUlL]*$/.test(value.text))
    return `${target.text} ${operator} ${truth};`;
  return `${target.text} ${operator} ${test} ? ${value.text} : ${operator === "*=" ? 1 : 0};`;
}

/** The condition as a number that is 0 or 1. */
function truthOf(condition: Node): string {
  const node = bare(condition);
  const plain = /&&|\|\|/.test(operatorOf(node)) ? withoutShortCircuit(node) : undefined;
  if (plain !== undefined) return plain;
  const boolean =
    (node.type === "binary_expression" && /^(<|>|<=|>=|==|!=|&&|\|\|)$/.test(operatorOf(node))) ||
    (node.type === "unary_expression" && operatorOf(node) === "!") ||
    typeOf(node)?.base === "bool";
  return boolean
    ? operatorOf(node) === "||" || operatorOf(node) === "&&"
      ? `(${node.text})`
      : node.text
    : `(${node.text}) != 0`;
}

function factor(condition: Node): string {
  return /^(identifier|call_expression|subscript_expression)$/.test(condition.type) ||
    condition.type === "binary_expression"
    ? condition.text
    : `(${condition.text})`;
}

function isPure(node: Node): boolean {
  const effects = effectsOf(node);
  return !effects.opaque && effects.accesses.every((access) => !access.writes);
}

/** `&&` and `||` between comparisons of what is at hand anyway. */
function bitwise(subject: Subject, loops: readonly Loop[]): Opportunity[] {
  const edits: Edit[] = [];
  for (const loop of loops) {
    for (const branch of find(loop.body, "if_statement", "conditional_expression")) {
      const condition = conditionOf(branch);
      const text =
        condition && /&&|\|\|/.test(operatorOf(bare(condition))) ? withoutShortCircuit(condition) : undefined;
      if (condition && text !== undefined && text !== condition.text)
        edits.push(replaceNode(condition, text));
    }
  }
  const outermost = edits.filter(
    (edit) => !edits.some((other) => other !== edit && other.start <= edit.start && edit.end <= other.end),
  );
  if (outermost.length === 0) return [];
  return offer(subject, {
    parameters: { form: "bitwise" },
    place: `${outermost.length === 1 ? "a condition" : `${outermost.length} conditions`} in the innermost loop`,
    preconditions: ["a condition in the innermost loop is made of several comparisons"],
    assumptions: [],
    edits: outermost,
  });
}

function withoutShortCircuit(condition: Node): string | undefined {
  const node = bare(condition);
  if (node.type !== "binary_expression") return undefined;
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (!left || !right) return undefined;
  if (/^(<|>|<=|>=|==|!=)$/.test(operator)) return isCheap(node) ? `(${node.text})` : undefined;
  if (operator !== "&&" && operator !== "||") return undefined;
  // What the right side loads, the left must have loaded: it may be what protects it.
  const loaded = new Set(loadsIn(left));
  if (!loadsIn(right).every((load) => loaded.has(load))) return undefined;
  const [a, b] = [withoutShortCircuit(left), withoutShortCircuit(right)];
  if (a === undefined || b === undefined) return undefined;
  return bare(condition) === condition || condition.type !== "parenthesized_expression"
    ? `${a} ${operator[0]} ${b}`
    : `(${a} ${operator[0]} ${b})`;
}

function loadsIn(node: Node): string[] {
  return effectsOf(node)
    .accesses.filter((access) => access.kind === "element" || access.kind === "object")
    .map((access) => normalised(access.node));
}

function isCheap(comparison: Node): boolean {
  const divides = find(comparison, "binary_expression").some((node) => /^[/%]$/.test(operatorOf(node)));
  const sides = [field(comparison, "left"), field(comparison, "right")];
  return (
    isPure(comparison) &&
    !divides &&
    effectsOf(comparison).calls.length === 0 &&
    sides.every((side) => side && arithmeticOf(typeOf(side)))
  );
}

/** `if (c) out[n++] = x;` and `if (c) out.push_back(x);` */
function appends(subject: Subject, loops: readonly Loop[]): Opportunity[] {
  return loops.flatMap((loop) =>
    find(loop.body, "if_statement").flatMap((branch) => {
      const condition = conditionOf(branch);
      const consequence = field(branch, "consequence");
      if (
        !condition ||
        !consequence ||
        elseOf(branch) ||
        !isPure(condition) ||
        branch.parent?.type === "else_clause"
      )
        return [];
      const [only, ...more] = statementsOf(consequence);
      const expression = only && more.length === 0 ? expressionOf(only) : undefined;
      if (!expression) return [];
      return [
        ...indexedAppend(subject, loop, branch, condition, expression),
        ...vectorAppend(subject, loop, branch, condition, expression),
      ];
    }),
  );
}

function indexedAppend(
  subject: Subject,
  loop: Loop,
  branch: Node,
  condition: Node,
  expression: Node,
): Opportunity[] {
  const [target, value] = [field(expression, "left"), field(expression, "right")];
  const place = target && subscript(target);
  const [index] = place?.indices ?? [];
  if (
    expression.type !== "assignment_expression" ||
    operatorOf(expression) !== "=" ||
    !place ||
    !index ||
    !value ||
    !isPure(value)
  )
    return [];
  const counter =
    index.type === "update_expression" &&
    index.children[0]?.type === "identifier" &&
    operatorOf(index) === "++"
      ? field(index, "argument")
      : undefined;
  const variable = counter && variableOf(counter);
  if (
    !counter ||
    !variable ||
    !target ||
    variable.type.reference ||
    place.indices.length > 1 ||
    !isPure(place.array) ||
    !arithmeticOf(typeOf(target))
  )
    return [];
  if (!loadsIn(value).every((load) => loadsIn(condition).includes(load))) return [];
  if (
    place.array.type !== "identifier" ||
    find(value, "identifier").some((name) => name.text === counter.text)
  )
    return [];
  const text = `${place.array.text}[${counter.text}] = ${value.text};\n${counter.text} += ${truthOf(condition)};`;
  const braced = branch.parent?.type === "compound_statement" ? text : `{ ${text.replace("\n", " ")} }`;
  return offer(subject, {
    parameters: { form: "append" },
    place: `what is kept in ${place.array.text} in ${describeLoop(loop)}`,
    preconditions: ["a branch in the innermost loop decides whether an element is appended"],
    assumptions: [`${place.array.text} has room for every element that is looked at, kept or not.`],
    edits: [replaceStatement(subject.source, branch, braced)],
  });
}

function vectorAppend(
  subject: Subject,
  loop: Loop,
  branch: Node,
  condition: Node,
  expression: Node,
): Opportunity[] {
  const callee = expression.type === "call_expression" ? field(expression, "function") : undefined;
  const object = callee?.type === "field_expression" ? field(callee, "argument") : undefined;
  const [value, ...more] = expression.type === "call_expression" ? argumentsOf(expression) : [];
  if (
    !object ||
    object.type !== "identifier" ||
    !value ||
    more.length > 0 ||
    !/^(push_back|emplace_back)$/.test(field(callee!, "field")?.text ?? "")
  )
    return [];
  const type = typeOf(object);
  const element = type && elementType(type);
  if (
    !type ||
    containerOf(type)?.name !== "vector" ||
    !element ||
    !isPlainValue(element, object) ||
    !isPure(value)
  )
    return [];
  if (!loadsIn(value).every((load) => loadsIn(condition).includes(load))) return [];
  const mentions = find(loop.node, "identifier").filter((name) => name.text === object.text);
  const count = iterationsOf(loop);
  if (mentions.length !== 1 || !count || loop.leavesEarly || loop.node.parent?.type !== "compound_statement")
    return [];
  const variable = variableOf(object);
  if (!variable || variable.node.startIndex >= loop.node.startIndex) return [];
  const kept = freshName(subject.source, `${object.text}_kept`);
  const text = `${object.text}[${kept}] = ${value.text};\n${kept} += ${truthOf(condition)};`;
  const braced = branch.parent?.type === "compound_statement" ? text : `{ ${text.replace("\n", " ")} }`;
  return offer(subject, {
    parameters: { form: "append" },
    place: `what is kept in ${object.text} in ${describeLoop(loop)}`,
    preconditions: [
      "a branch in the innermost loop decides whether an element is appended to a vector",
      "how often the loop runs is known before it",
    ],
    assumptions: [],
    edits: [
      insertBefore(
        subject.source,
        loop.node,
        `std::size_t ${kept} = ${object.text}.size();\n${object.text}.resize(${kept} + ${count});`,
      ),
      replaceStatement(subject.source, branch, braced),
      insertAfter(subject.source, loop.node, `${object.text}.resize(${kept});`),
    ],
  });
}

/** Numbers and small structs of the file, which can be made without arguments. */
function isPlainValue(type: ValueType, near: Node): boolean {
  if (arithmeticOf(type)) return type.base !== "bool";
  const struct = find(near.tree.rootNode, "struct_specifier").find(
    (node) => field(node, "name")?.text === type.base,
  );
  const body = struct && field(struct, "body");
  return (
    type.pointers === 0 &&
    !!body &&
    parts(body).every((part) => part.type === "field_declaration" && !/virtual|\(/.test(part.text))
  );
}

/** The number of iterations as an expression that can stand before the loop. */
function iterationsOf(loop: Loop): string | undefined {
  if (loop.kind === "range") {
    const range = field(loop.node, "right");
    const type = range && typeOf(range);
    return range?.type === "identifier" &&
      type &&
      containerOf(type)?.name === "vector" &&
      !isWritten(range.text, loop.body)
      ? `${range.text}.size()`
      : undefined;
  }
  if (!isPlain(loop) || loop.count.comparison !== "<" || !isPure(loop.count.bound)) return undefined;
  const { start, bound } = loop.count;
  const unsigned = arithmeticOf(typeOf(bound))?.signed === false;
  if (/^0[uUlL]*$/.test(start.text) && unsigned) return bound.text;
  return /^0[uUlL]*$/.test(start.text)
    ? `(${bound.text} > 0 ? ${bound.text} : 0)`
    : `(${bound.text} > ${start.text} ? ${bound.text} - (${start.text}) : 0)`;
}
