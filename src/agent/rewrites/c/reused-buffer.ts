/**
 * A vector, string or block of memory that is made anew in each iteration goes to the heap each time. Made once before the loop, it keeps
 * its memory and is only filled again.
 *
 *     for (…) {                                     std::vector<double> row;
 *       std::vector<double> row(n, 0.0);     →      for (…) {
 *       …                                             row.assign(n, 0.0);
 *     }                                               …
 *
 *     for (…) { int *t = malloc(n * sizeof *t); … free(t); }   →   the pair around the loop
 *
 * Legal where the object is not moved away, and for malloc where the size stays the same and nothing leaves the loop early.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  insertAfter,
  insertBefore,
  removeStatement,
  replaceStatement,
} from "../../../code/edit.ts";
import { constructorArguments, declaredAlone } from "../../../code/construction.ts";
import { describeLoop, isInvariant, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  calleeOf,
  castValue,
  contains,
  expressionOf,
  field,
  find,
  same,
} from "../../../code/tree.ts";
import { containerOf } from "../../../code/types.ts";
import { declaredOnce, mentions } from "../../../code/uses.ts";
import { type Variable, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite } from "../rewrite.ts";

export const reusedBuffer: Rewrite = {
  name: "reused-buffer",
  idea: "Makes a buffer once before the loop and fills it again in each iteration, rather than allocating and freeing it every time.",
  reference: "K. Guntheroth, Optimized C++, chapter 6: Optimize Dynamically Allocated Variables",
  lessons: {
    faster: "Every iteration allocated and freed a buffer; reusing one leaves the heap alone.",
    slower:
      "The buffer was small enough to need no allocation, or filling it costs far more than getting it.",
    wrong: "Something of one iteration's buffer was kept for the next.",
  },
  opportunities(subject) {
    const found = reachedFunctions(subject).flatMap((definition) =>
      variablesOf(definition).flatMap((variable) => {
        const loop = loopsIn(definition).findLast((each) => contains(each.body, variable.declaration));
        if (!loop || !declaredAlone(variable) || !declaredOnce(variable.name, definition)) return [];
        if (!same(variable.declaration.parent ?? definition, loop.body)) return [];
        const { source } = subject;
        const moved =
          variable.type.pointers === 1 ? pairAround(source, variable, loop) : object(source, variable, loop);
        return moved ? [moved] : [];
      }),
    );
    const [first] = found;
    if (!first) return [];
    return offer(subject, {
      parameters: {},
      place: `${found.map((each) => each.name).join(", ")} in ${found.length > 1 ? "the loops" : first.loop}`,
      preconditions: [...new Set(found.map((each) => each.seen))],
      assumptions: [...new Set(found.flatMap((each) => each.assumptions))],
      edits: found.flatMap((each) => each.edits),
    });
  },
};

interface Moved {
  readonly name: string;
  readonly loop: string;
  readonly seen: string;
  readonly assumptions: readonly string[];
  readonly edits: readonly Edit[];
}

function object(source: string, variable: Variable, loop: Loop): Moved | undefined {
  const name = containerOf(variable.type)?.name;
  if (!name || !["vector", "string", "deque", "map", "set", "unordered_map", "unordered_set"].includes(name))
    return undefined;
  if (variable.type.reference || variable.type.constant || variable.static) return undefined;
  const moved = find(loop.body, "call_expression").some(
    (call) =>
      /^(std::)?(move|swap|forward)(<.*>)?$/.test(calleeOf(call)) &&
      argumentsOf(call).some((each) => each.text === variable.name),
  );
  if (moved || find(loop.body, "lambda_expression", "goto_statement").length > 0) return undefined;
  const fill = filling(variable, name);
  const type = field(variable.declaration, "type");
  const outer = outermost(loop);
  if (fill === undefined || !type || type.text.includes("auto")) return undefined;
  return {
    name: variable.name,
    loop: describeLoop(loop),
    seen: `a ${name} is made anew in each iteration`,
    assumptions: [],
    edits: [
      insertBefore(source, outer.node, `${type.text} ${variable.name};`),
      fill === ""
        ? removeStatement(source, variable.declaration)
        : replaceStatement(source, variable.declaration, fill),
    ],
  };
}

/** The statement that gives the old object the value of a new one. */
function filling(variable: Variable, container: string): string | undefined {
  const { name, initial } = variable;
  const given = constructorArguments(variable);
  const sequence = container === "vector" || container === "string" || container === "deque";
  if (given) {
    const texts = given.map((each) => each.text);
    if (texts.length === 0) return `${name}.clear();`;
    if (!sequence) return undefined;
    if (texts.length === 2) return `${name}.assign(${texts.join(", ")});`;
    const [only] = given;
    if (texts.length !== 1 || !only || container === "string")
      return texts.length === 1 && container === "string" ? `${name}.assign(${texts[0]});` : undefined;
    // A length alone: value-initialised elements. A container of its own kind would be copied.
    return isCount(only) ? `${name}.clear();\n${name}.resize(${texts[0]});` : undefined;
  }
  return initial && initial.type !== "initializer_list" ? `${name} = ${initial.text};` : undefined;
}

function isCount(node: Node): boolean {
  return (
    node.type === "number_literal" || node.type === "binary_expression" || /^[\w.]+(\(\))?$/.test(node.text)
  );
}

/** `T *t = malloc(…)` first and `free(t)` in the same body. */
function pairAround(source: string, variable: Variable, loop: Loop): Moved | undefined {
  const { initial, name } = variable;
  const call = initial && (castValue(initial) ?? initial);
  if (!call || call.type !== "call_expression" || calleeOf(call).replace("std::", "") !== "malloc")
    return undefined;
  if (
    !argumentsOf(call).every((each) => isInvariant(each, loop.node)) ||
    loop.leavesEarly ||
    loop.hasContinue
  )
    return undefined;
  if (
    find(loop.body, "return_statement", "goto_statement").length > 0 ||
    loop.node.parent?.type !== "compound_statement"
  )
    return undefined;
  const frees = loop.statements.filter((statement) => {
    const expression = expressionOf(statement);
    return (
      expression?.type === "call_expression" &&
      calleeOf(expression).replace("std::", "") === "free" &&
      argumentsOf(expression)[0]?.text === name
    );
  });
  const [free] = frees;
  if (!free || frees.length !== 1) return undefined;
  const reassigned = mentions(name, loop.body).some((use) => {
    const parent = use.parent;
    return parent?.type === "assignment_expression" && same(field(parent, "left") ?? parent, use);
  });
  if (reassigned) return undefined;
  return {
    name,
    loop: describeLoop(loop),
    seen: "a block of the same size is allocated and freed in each iteration",
    assumptions: ["What a fresh block happens to hold is never read."],
    edits: [
      insertBefore(source, loop.node, variable.declaration.text),
      removeStatement(source, variable.declaration),
      removeStatement(source, free),
      insertAfter(source, loop.node, free.text),
    ],
  };
}

/** Out of all loops around it, as far as each is a block's statement. */
function outermost(loop: Loop): Loop {
  let best = loop;
  for (let at: Loop | undefined = loop; at; at = at.parent)
    if (at.node.parent?.type === "compound_statement") best = at;
  return best;
}
