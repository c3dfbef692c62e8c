/**
 * A search through a whole vector for every element of another one costs the product of their lengths. A set beside the
 * vector answers the same question in constant time.
 *
 *     for (const auto &word : words)
 *       if (std::find(kept.begin(), kept.end(), word) == kept.end()) kept.push_back(word);
 *   →
 *     std::unordered_set<std::string> in_kept(kept.begin(), kept.end());
 *     for (const auto &word : words)
 *       if (in_kept.count(word) == 0) { kept.push_back(word); in_kept.insert(kept.back()); }
 *
 * Legal where the vector only grows at its end while the loop runs, or does not change, and its elements are never written there. `std::count`
 * compared with zero, and a loop that sets a flag, ask the same question.
 */
import type { Node } from "web-tree-sitter";
import {
  block,
  freshName,
  includeEdits,
  outdented,
  replaceNode,
  replaceStatement,
  type Edit,
} from "../../../code/edit.ts";
import { listFunctions } from "../../../code/find-function.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { inPlaceOf, methodCall, callOn } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  expressionOf,
  field,
  find,
  operatorOf,
  statementsOf,
  subscript,
} from "../../../code/tree.ts";
import { arithmeticOf, containerOf, elementType } from "../../../code/types.ts";
import { isPure, mentions, namesIn, usesOf } from "../../../code/uses.ts";
import { typeOf, variableOf, variablesOf } from "../../../code/variables.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const hashedMembership: Rewrite = {
  name: "hashed-membership",
  idea: "Keeps a hash set beside a vector that is searched in a loop, so that a membership test costs constant time rather than a walk through the vector.",
  reference: "J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation",
  lessons: {
    faster:
      "Every test walked through the whole vector, which made the loop quadratic; the set beside it answers in constant time.",
    slower: "The vector stays so short that walking through it is cheaper than hashing.",
    wrong: "The vector changed in a way that the set did not follow, or equality is not what the hash sees.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition)
        .filter((loop) => loop.parent === undefined)
        .flatMap((loop) => memberships(subject, loop)),
    );
  },
};

/** One question whether the vector holds a value. */
interface Test {
  readonly vector: string;
  /** What is replaced, and by what, once the set has its name. */
  edits(set: string): readonly Edit[];
}

function memberships(subject: Subject, loop: Loop): Opportunity[] {
  const tests = [
    ...find(loop.body, "binary_expression").flatMap((node) => comparison(node) ?? []),
    ...find(loop.body, "call_expression").flatMap((node) => asked(node) ?? []),
    ...find(loop.body, "for_statement", "for_range_loop").flatMap(
      (node) => hitLoop(subject.source, node) ?? [],
    ),
  ];
  return [...new Set(tests.map((test) => test.vector))].flatMap((vector) => {
    const use = mentions(vector, loop.node)[0];
    const variable = use && variableOf(use);
    const element = variable && keyType(use);
    if (!variable || !element || variable.node.startIndex > loop.node.startIndex) return [];
    const pushes = growth(vector, loop);
    if (!pushes) return [];
    const own = tests.filter((test) => test.vector === vector);
    const set = freshName(subject.source, `in_${vector}`);
    return offer(subject, {
      parameters: {},
      place: `the searches of ${vector} in ${describeLoop(loop)}`,
      preconditions: [
        `${vector} is searched from its start in a loop`,
        pushes.length > 0 ? "it only grows at its end" : "it does not change",
      ],
      assumptions: arithmeticOf(typeOfElement(use))?.kind === "floating" ? ["No element is NaN."] : [],
      edits: [
        ...includeEdits(subject.source, subject.root, ["<unordered_set>"]),
        ...before(
          subject.source,
          loop.node,
          `std::unordered_set<${element}> ${set}(${vector}.begin(), ${vector}.end());`,
        ),
        ...own.flatMap((test) => test.edits(set)),
        ...pushes.map((push) =>
          replaceNode(push, inPlaceOf(subject.source, push, [push.text, `${set}.insert(${vector}.back());`])),
        ),
      ],
    });
  });
}

/** `std::find(v.begin(), v.end(), x) != v.end()` and `std::count(…) > 0`. */
function comparison(node: Node): Test | undefined {
  const operator = operatorOf(node);
  const [left, right] = [field(node, "left"), field(node, "right")];
  if (!left || !right) return undefined;
  const search = searched(left);
  if (!search) return undefined;
  const ending = methodCall(right);
  const toEnd =
    search.name === "find" && /^c?end$/.test(ending?.method ?? "") && ending?.object.text === search.vector;
  const toZero = search.name === "count" && bare(right).text === "0";
  let present: boolean;
  if ((toEnd || toZero) && (operator === "==" || operator === "!=")) present = operator === "!=";
  else if (toZero && operator === ">") present = true;
  else return undefined;
  return {
    vector: search.vector,
    edits: (set) => [replaceNode(node, `${set}.count(${search.value.text}) ${present ? "!=" : "=="} 0`)],
  };
}

/** A call of a helper that does nothing but look for a value: `contains(v, x)`. */
function asked(call: Node): Test | undefined {
  const name = calleeOf(call);
  const [definition, ...more] = listFunctions(call.tree.rootNode).filter((each) => each.name === name);
  const body = definition && field(definition.node, "body");
  if (!definition || !body || more.length > 0 || definition.template) return undefined;
  const parameters = variablesOf(definition.node).filter((each) => each.kind === "parameter");
  const looked = lookedFor(statementsOf(body));
  const given = argumentsOf(call);
  const vector = given[parameters.findIndex((each) => each.name === looked?.vector)];
  const value = given[parameters.findIndex((each) => each.name === looked?.value)];
  if (
    parameters.length !== 2 ||
    given.length !== 2 ||
    vector?.type !== "identifier" ||
    !value ||
    !isPure(value)
  )
    return undefined;
  return { vector: vector.text, edits: (set) => [replaceNode(call, `(${set}.count(${value.text}) != 0)`)] };
}

/** `for (…) if (v[i] == x) return true; return false;`, or the same by a search of the library. */
function lookedFor(statements: readonly Node[]): { vector: string; value: string } | undefined {
  const [first, last, ...more] = statements;
  if (first?.type === "return_statement" && !last) {
    const returned = first.namedChildren[0];
    const test = returned && bare(returned);
    const left = test && field(test, "left");
    const search = left && searched(left);
    const present = test && comparison(test)?.edits("set")[0]?.text.includes("!=");
    return search && present ? { vector: search.vector, value: search.value.text } : undefined;
  }
  const body = first && field(first, "body");
  const [branch, ...others] = body ? statementsOf(body) : [];
  const consequence = branch?.type === "if_statement" ? field(branch, "consequence") : undefined;
  const condition = branch && field(branch, "condition");
  const element = first && first.type.startsWith("for_") ? elementLooked(first) : undefined;
  if (
    !element ||
    !consequence ||
    !condition ||
    more.length > 0 ||
    others.length > 0 ||
    !branch ||
    field(branch, "alternative")
  )
    return undefined;
  const steps = statementsOf(consequence);
  if (
    steps.length !== 1 ||
    !/^return\s+(true|1);$/.test(steps[0]?.text ?? "") ||
    !/^return\s+(false|0);$/.test(last?.text ?? "")
  )
    return undefined;
  const test = bare(condition);
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (operatorOf(test) !== "==" || !left || !right) return undefined;
  const value = element.is(left) ? right : element.is(right) ? left : undefined;
  return value?.type === "identifier" ? { vector: element.vector, value: value.text } : undefined;
}

function searched(node: Node): { name: string; vector: string; value: Node } | undefined {
  const call = bare(node);
  const name = call.type === "call_expression" ? calleeOf(call).replace(/^(::)?std::/, "") : "";
  if (name !== "find" && name !== "count") return undefined;
  const [first, last, value] = argumentsOf(call);
  const [begin, end] = [first && methodCall(first), last && methodCall(last)];
  if (!value || begin?.object.type !== "identifier" || end?.object.text !== begin.object.text)
    return undefined;
  if (!/^c?begin$/.test(begin.method) || !/^c?end$/.test(end.method) || !isPure(value)) return undefined;
  return { name, vector: begin.object.text, value };
}

/**
 * `for (…) if (v[j] == x) { found = true; break; }`: what is done at the first hit is done where the set has the value. Without a `break` it may
 * only set a flag.
 */
function hitLoop(source: string, node: Node): Test | undefined {
  const body = field(node, "body");
  const [only, ...more] = body ? statementsOf(body) : [];
  const consequence = only?.type === "if_statement" ? field(only, "consequence") : undefined;
  const condition = only && field(only, "condition");
  const element = elementLooked(node);
  if (!only || !consequence || !condition || !element || more.length > 0 || field(only, "alternative"))
    return undefined;
  const statements = statementsOf(consequence);
  const leaves = /^(break|return)_statement$/.test(statements.at(-1)?.type ?? "");
  if (!leaves && (statements.length !== 1 || !setsFlag(statements[0]))) return undefined;
  const kept = statements.at(-1)?.type === "break_statement" ? statements.slice(0, -1) : statements;
  if (
    kept.length === 0 ||
    kept.some((each) => find(each, "break_statement", "continue_statement").length > 0)
  )
    return undefined;
  // Which element it was is not asked, and the vector is left alone.
  if (kept.some((each) => namesIn(each).has(element.index) || namesIn(each).has(element.vector)))
    return undefined;
  const test = bare(condition);
  const [left, right] = [field(test, "left"), field(test, "right")];
  if (operatorOf(test) !== "==" || !left || !right) return undefined;
  const value = element.is(left) ? right : element.is(right) ? left : undefined;
  if (!value || !isPure(value) || namesIn(value).has(element.index)) return undefined;
  return {
    vector: element.vector,
    edits: (set) => [
      replaceStatement(
        source,
        node,
        block(
          source,
          `if (${set}.count(${value.text}) != 0)`,
          kept.map((each) => outdented(source, each)).join("\n"),
        ),
      ),
    ],
  };
}

/** `found = true;` */
function setsFlag(statement: Node | undefined): boolean {
  const assignment = statement && expressionOf(statement);
  return (
    assignment?.type === "assignment_expression" &&
    operatorOf(assignment) === "=" &&
    field(assignment, "left")?.type === "identifier" &&
    /^(true|false|0|1)$/.test(field(assignment, "right")?.text ?? "")
  );
}

/** What the loop looks at in each iteration: `v[j]` over all of v, or the variable of a range-for. */
function elementLooked(
  node: Node,
): { vector: string; index: string; is(expression: Node): boolean } | undefined {
  if (node.type === "for_range_loop") {
    const [declarator, range] = [field(node, "declarator"), field(node, "right")];
    const name = declarator && find(declarator, "identifier")[0]?.text;
    if (!name || range?.type !== "identifier") return undefined;
    return { vector: range.text, index: name, is: (expression) => bare(expression).text === name };
  }
  const count = loopsIn(node)[0]?.count;
  const size = count && methodCall(count.bound);
  if (
    !count ||
    count.step !== 1 ||
    count.start.text !== "0" ||
    size?.method !== "size" ||
    !/^(<|!=)$/.test(count.comparison)
  )
    return undefined;
  return {
    vector: size.object.text,
    index: count.variable,
    is: (expression) => {
      const taken = subscript(bare(expression));
      return (
        taken?.array.text === size.object.text &&
        taken.indices.length === 1 &&
        taken.indices[0]?.text === count.variable
      );
    },
  };
}

/** The statements that append to the vector; undefined where anything else changes it or its elements. */
function growth(vector: string, loop: Loop): Node[] | undefined {
  const pushes: Node[] = [];
  for (const use of usesOf(vector, loop.node)) {
    if (use.kind === "read") continue;
    const call = callOn(use.node);
    const statement = call?.node.parent;
    if (
      call &&
      /^(push_back|emplace_back)$/.test(call.method) &&
      statement?.type === "expression_statement"
    ) {
      pushes.push(statement);
      continue;
    }
    // Iterators that only go into a search are reads.
    if (call && /^c?(begin|end)$/.test(call.method) && isSearchArgument(call.node)) continue;
    return undefined;
  }
  return pushes;
}

function isSearchArgument(node: Node): boolean {
  const call = node.parent?.parent;
  if (call?.type === "call_expression") return /^(std::)?(find|count)$/.test(calleeOf(call));
  return node.parent?.type === "binary_expression";
}

function keyType(vector: Node): string | undefined {
  const container = containerOf(
    typeOf(vector) ?? { base: "", pointers: 0, constant: false, reference: false, dimensions: [] },
  );
  const element = typeOfElement(vector);
  if (container?.name !== "vector" || !element || element.pointers > 0) return undefined;
  return /^(std::)?string$/.test(element.base) || arithmeticOf(element) ? container.element : undefined;
}

function typeOfElement(vector: Node): ReturnType<typeof elementType> {
  const type = typeOf(vector);
  return type && elementType(type);
}
