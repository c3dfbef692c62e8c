/**
 * One constant without an `f` makes a whole expression double: every float is widened, computed at half the speed, and narrowed again.
 *
 *     y[i] = 0.5 * x[i] + sqrt(x[i]);     →     y[i] = 0.5f * x[i] + sqrtf(x[i]);
 *
 * Applied where everything else in the expression is float, a small integer or such a constant; with `locals`, also to double variables of a loop's body that hold
 * nothing but such values. Results are rounded to float at every step instead of once at the end.
 */
import type { Node } from "web-tree-sitter";
import { type Edit, replaceNode } from "../../../code/edit.ts";
import { loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { calleeOf, castValue, contains, enclosing, field, find, operatorOf } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf, type Variable, variableOf, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const singlePrecision: Rewrite = {
  name: "single-precision",
  idea: "Keeps arithmetic on floats in single precision, where a double constant or function had widened it.",
  reference:
    "Agner Fog, Optimizing Software in C++, 14.9: Mixing float and double; Intel 64 Optimization Reference Manual, 3.8",
  lessons: {
    faster:
      "Conversions between float and double disappear, and a vector register holds twice as many floats as doubles.",
    slower: "The loop waits for memory, or for a function that is no faster in single precision.",
    wrong: "Rounding to single precision at every step moves the result by more than the tolerance.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const none = narrowed(subject, definition, []);
      const locals = narrowLocals(definition);
      return [...none, ...(locals.length > 0 ? narrowed(subject, definition, locals) : [])];
    });
  },
};

const functions =
  /^(std::)?(sqrt|exp|exp2|log|log2|log10|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|pow|fabs|floor|ceil|round|trunc|fmod|fmin|fmax|hypot|cbrt|fma)$/;

function narrowed(subject: Subject, definition: Node, locals: readonly Variable[]): Opportunity[] {
  const edits: Edit[] = [];
  const kinds = new Set<string>();
  for (const expression of doubleExpressions(definition, locals)) {
    for (const node of find(expression, "number_literal", "call_expression", "cast_expression")) {
      const edit = narrowing(subject, node, kinds);
      if (edit && !edits.some((other) => other.start < edit.end && edit.start < other.end)) edits.push(edit);
    }
  }
  for (const variable of locals) {
    const type = field(variable.declaration, "type");
    if (type?.text === "double") edits.push(replaceNode(type, "float"));
  }
  if (edits.length === 0) return [];
  if (locals.length > 0) kinds.add(`the variables ${locals.map((variable) => variable.name).join(", ")}`);
  return offer(subject, {
    parameters: { scope: locals.length > 0 ? "locals" : "expressions" },
    place: [...kinds].join(", "),
    preconditions: [
      "an expression over floats is computed in double because of a constant, a function or a variable",
    ],
    assumptions: ["Rounding to single precision at every step is accurate enough."],
    edits,
  });
}

/** The largest expressions of type double whose leaves would all do with float. */
function doubleExpressions(definition: Node, locals: readonly Variable[]): Node[] {
  const search = (node: Node): Node[] => {
    if (isExpression(node)) {
      const leaves = leavesOf(node, locals);
      if (leaves?.float && leaves.wide) return [node];
    }
    return node.namedChildren.flatMap(search);
  };
  const body = field(definition, "body");
  return body ? search(body).filter((node) => loopsIn(definition).length === 0 || !isLiteralOnly(node)) : [];
}

function isExpression(node: Node): boolean {
  return /^(binary|unary|call|parenthesized|cast|conditional)_expression$/.test(node.type);
}

function isLiteralOnly(node: Node): boolean {
  return find(node, "identifier").length === 0;
}

/** Whether there are floats among the leaves, and something that widens them; undefined where a leaf has to stay double. */
function leavesOf(node: Node, locals: readonly Variable[]): { float: boolean; wide: boolean } | undefined {
  let float = false;
  let wide = false;
  const visit = (at: Node): boolean => {
    const cast = castValue(at);
    if (cast && typeOf(at)?.base === "double") {
      wide = true;
      return visit(cast);
    }
    switch (at.type) {
      case "comment":
      case "type_descriptor":
      case "primitive_type":
        return true;
      case "number_literal":
        wide ||= isDoubleLiteral(at.text);
        return !/[lL]$/.test(at.text) || !/[.eE]/.test(at.text);
      case "call_expression": {
        const name = calleeOf(at);
        if (!cast && !functions.test(name) && typeOf(at)?.base !== "float") return false;
        if (functions.test(name) && typeOf(at)?.base === "double") wide = true;
        if (typeOf(at)?.base === "float" && !functions.test(name)) {
          float = true;
          return true;
        }
        return (field(at, "arguments")?.namedChildren ?? []).every(visit);
      }
      case "identifier":
        if (locals.some((local) => variableOf(at)?.node.id === local.node.id)) {
          float = true;
          return true;
        }
        return leaf(at);
      case "subscript_expression":
      case "field_expression":
      case "pointer_expression":
        return leaf(at);
      case "assignment_expression":
      case "update_expression":
        return false;
      default:
        return at.namedChildren.every(visit);
    }
  };
  const leaf = (at: Node): boolean => {
    const type = arithmeticOf(typeOf(at));
    if (!type) return false;
    if (type.kind === "floating") {
      float ||= type.bits === 32;
      return type.bits === 32;
    }
    return type.bits <= 32;
  };
  return visit(node) ? { float, wide } : undefined;
}

function isDoubleLiteral(text: string): boolean {
  return !/^0[xX]/.test(text) && /[.eE]/.test(text) && !/[fFlL]$/.test(text);
}

function narrowing(subject: Subject, node: Node, kinds: Set<string>): Edit | undefined {
  if (node.type === "number_literal") {
    if (!isDoubleLiteral(node.text)) return undefined;
    kinds.add("constants");
    return replaceNode(node, `${node.text}f`);
  }
  if (castValue(node)) {
    const type =
      node.type === "cast_expression"
        ? field(node, "type")
        : find(field(node, "function") ?? node, "type_descriptor", "primitive_type")[0];
    if (typeOf(node)?.base !== "double" || type?.text !== "double") return undefined;
    kinds.add("conversions");
    return replaceNode(type, "float");
  }
  const callee = field(node, "function");
  if (
    !callee ||
    callee.type !== "identifier" ||
    !functions.test(callee.text) ||
    subject.source.includes("tgmath.h")
  )
    return undefined;
  kinds.add("calls");
  return replaceNode(callee, `${callee.text}f`);
}

/** Double variables of loop bodies that are set once, by their declaration, to what would do with float. */
function narrowLocals(definition: Node): Variable[] {
  const chosen: Variable[] = [];
  const candidates = variablesOf(definition).filter((variable) => {
    const { declaration, type, initial, node } = variable;
    if (
      variable.kind !== "local" ||
      type.base !== "double" ||
      type.pointers > 0 ||
      type.reference ||
      !initial
    )
      return false;
    if (
      declaration.type !== "declaration" ||
      field(declaration, "type")?.text !== "double" ||
      declaration.parent?.type === "for_statement"
    )
      return false;
    if (!enclosing(node, ["for_statement", "while_statement", "for_range_loop", "do_statement"], definition))
      return false;
    return find(variable.scope, "identifier").every(
      (use) => use.text !== variable.name || use.id === node.id || isRead(use),
    );
  });
  // In order of declaration: a later one may be made of earlier ones.
  for (const variable of candidates) {
    const leaves = variable.initial && leavesOf(variable.initial, chosen);
    const whole = variable.declaration.childrenForFieldName("declarator").every((declarator) => {
      const name = declarator && find(declarator, "identifier")[0];
      return candidates.some((other) => other.node.id === name?.id);
    });
    if (leaves?.float && whole) chosen.push(variable);
  }
  // A declaration is narrowed as a whole or not at all.
  return chosen.filter((variable) =>
    candidates
      .filter((other) => contains(other.declaration, variable.node))
      .every((other) => chosen.includes(other)),
  );
}

function isRead(use: Node): boolean {
  const { parent } = use;
  if (!parent || parent.type === "update_expression") return false;
  if (parent.type === "pointer_expression" && operatorOf(parent) === "&") return false;
  return parent.type !== "assignment_expression" || field(parent, "left")?.id !== use.id;
}
