/**
 * What makes two functions of Python, JavaScript or TypeScript alike for someone who wants to make them faster. A small table says what
 * the grammars call loops, calls and look-ups; everything else is the same for all of them. What C and C++ have a phrase for has the
 * same phrase here.
 */
import type { Node } from "web-tree-sitter";
import { isScriptFunction } from "./script-functions.ts";
import { contains, field, find, parts } from "./tree.ts";

/** Names of node types that mean the same in the grammars of these languages and in those of C and C++. */
export const neutralTypes: ReadonlyMap<string, string> = new Map([
  ["for_in_statement", "for_range_loop"],
  ["for_in_clause", "for_range_loop"],
  ["binary_operator", "binary_expression"],
  ["boolean_operator", "binary_expression"],
  ["comparison_operator", "binary_expression"],
  ["not_operator", "unary_expression"],
  ["unary_operator", "unary_expression"],
  ["assignment", "assignment_expression"],
  ["augmented_assignment", "assignment_expression"],
  ["augmented_assignment_expression", "assignment_expression"],
  ["subscript", "subscript_expression"],
  ["call", "call_expression"],
  ["attribute", "field_expression"],
  ["member_expression", "field_expression"],
  ["ternary_expression", "conditional_expression"],
  ["lambda", "lambda_expression"],
  ["arrow_function", "lambda_expression"],
  ["block", "compound_statement"],
  ["statement_block", "compound_statement"],
  ["match_statement", "switch_statement"],
  ["elif_clause", "if_statement"],
  ["integer", "number_literal"],
  ["float", "number_literal"],
  ["number", "number_literal"],
]);

const loopTypes = ["for_statement", "while_statement", "do_statement", "for_in_statement", "for_in_clause"];
const callTypes = ["call", "call_expression", "new_expression"];
const growing = new Set([
  "append",
  "extend",
  "add",
  "insert",
  "push",
  "unshift",
  "update",
  "set",
  "appendleft",
  "concat",
]);
const searching = new Set([
  "index",
  "count",
  "find",
  "indexOf",
  "includes",
  "findIndex",
  "lastIndexOf",
  "some",
  "search",
]);
const walking = new Set([
  "map",
  "filter",
  "reduce",
  "forEach",
  "flatMap",
  "some",
  "every",
  "find",
  "findIndex",
]);

interface Loop {
  readonly node: Node;
  /** What runs in each pass. */
  readonly bodies: readonly Node[];
  readonly depth: number;
}

interface Facts {
  readonly definition: Node;
  readonly loops: readonly Loop[];
  /** Calls that run in a loop, with the last name of what they call. */
  readonly calls: readonly { readonly node: Node; readonly name: string; readonly method: boolean }[];
  /** Other nodes that run in a loop. */
  inLoops(...types: string[]): Node[];
}

const some = (count: number): number => (count === 0 ? 0 : 1 - 1 / (1 + count));
const yes = (holds: boolean): number => (holds ? 1 : 0);

interface ScriptFeature {
  readonly phrase: string;
  readonly of: (facts: Facts) => number;
}

const depthOf = (loops: readonly Loop[]) => Math.max(0, ...loops.map(({ depth }) => depth));
const named = ({ calls }: Facts, names: ReadonlySet<string> | RegExp, method?: boolean) =>
  calls.filter(
    (call) =>
      (method === undefined || call.method === method) &&
      (names instanceof RegExp ? names.test(call.name) : names.has(call.name)),
  ).length;

/** Their order is part of what banks hold: new ones go to the end. */
export const scriptFeatures: readonly ScriptFeature[] = [
  { phrase: "no loop", of: ({ loops }) => yes(loops.length === 0) },
  { phrase: "single loops without nesting", of: ({ loops }) => yes(depthOf(loops) === 1) },
  { phrase: "loops nested two deep", of: ({ loops }) => yes(depthOf(loops) === 2) },
  { phrase: "loops nested three or more deep", of: ({ loops }) => yes(depthOf(loops) >= 3) },
  {
    phrase: "several loops one after the other",
    of: ({ loops }) => some(Math.max(0, loops.filter(({ depth }) => depth === 1).length - 1)),
  },
  { phrase: "division in a loop", of: (facts) => some(operators(facts, /^(?:\/|\/\/|%|\/=|%=|\/\/=)$/)) },
  { phrase: "shifts and masks in a loop", of: (facts) => some(operators(facts, /^(?:<<|>>>?|&|\||\^)=?$/)) },
  {
    phrase: "call of another function in a loop",
    of: (facts) => some(facts.calls.filter(({ method }) => !method).length),
  },
  {
    phrase: "length asked for in a loop's condition",
    of: ({ loops }) => some(loops.filter(asksLength).length),
  },
  {
    phrase: "chain of comparisons or switch in a loop",
    of: (facts) => some(facts.inLoops("elif_clause", "match_statement", "switch_statement").length),
  },
  {
    phrase: "loop that may end early",
    of: (facts) => some(facts.inLoops("break_statement", "return_statement").length),
  },
  {
    phrase: "loop whose count is not known in advance",
    of: ({ loops }) => some(loops.filter(({ node }) => /^(?:while|do)_/.test(node.type)).length),
  },
  { phrase: "loop over a container by elements", of: ({ loops }) => some(loops.filter(overElements).length) },
  { phrase: "container grows in a loop", of: (facts) => some(named(facts, growing, true)) },
  { phrase: "text is put together in a loop", of: (facts) => some(textGrowths(facts)) },
  {
    phrase: "search in a container in a loop",
    of: (facts) => some(named(facts, searching, true) + memberships(facts)),
  },
  { phrase: "recursion", of: ({ definition }) => yes(isRecursive(definition)) },
  {
    phrase: "loop over numbers that look up elements",
    of: ({ loops }) => some(loops.filter(byNumbers).length),
  },
  {
    phrase: "list, array or object is made in a loop",
    of: (facts) =>
      some(
        facts.inLoops("list", "dictionary", "set", "array", "object", "new_expression", "list_comprehension")
          .length,
      ),
  },
  {
    phrase: "regular expression in a loop",
    of: (facts) =>
      some(
        facts.inLoops("regex").length +
          facts.calls.filter(
            ({ node, name }) => name === "RegExp" || (field(node, "function")?.text ?? "").startsWith("re."),
          ).length,
      ),
  },
  {
    phrase: "container is taken from or filled at its front in a loop",
    of: (facts) =>
      some(
        named(facts, /^(?:shift|unshift|popleft)$/, true) +
          facts.calls.filter(({ node, name }) => /^(?:pop|insert)$/.test(name) && firstArgument(node) === "0")
            .length,
      ),
  },
  {
    phrase: "copy of a container in a loop",
    of: (facts) =>
      some(
        named(facts, /^(?:copy|deepcopy|slice|concat|structuredClone)$/) +
          facts.inLoops("spread_element", "slice").length,
      ),
  },
  { phrase: "sorting in a loop", of: (facts) => some(named(facts, /^(?:sort|sorted|toSorted)$/)) },
  {
    phrase: "comprehension or chain of functions over elements",
    of: ({ definition }) =>
      some(
        find(
          definition,
          "list_comprehension",
          "set_comprehension",
          "dictionary_comprehension",
          "generator_expression",
        ).length + callsAt(definition).filter(({ name, method }) => method && walking.has(name)).length,
      ),
  },
  {
    phrase: "attribute of an object read in a loop",
    of: (facts) =>
      some(
        facts
          .inLoops("attribute", "member_expression")
          .filter((node) => !(node.parent?.type ?? "").startsWith("call")).length,
      ),
  },
  {
    phrase: "method is called in a loop",
    of: (facts) => some(facts.calls.filter(({ method }) => method).length),
  },
  {
    phrase: "look-up by a key or number in a loop",
    of: (facts) => some(facts.inLoops("subscript", "subscript_expression").length),
  },
  { phrase: "errors are caught in a loop", of: (facts) => some(facts.inLoops("try_statement").length) },
  {
    phrase: "output or waiting in a loop",
    of: (facts) =>
      some(
        named(facts, /^(?:print|write|log|open|readline)$/) +
          facts.inLoops("await", "await_expression").length,
      ),
  },
  {
    phrase: "JSON or text is parsed or formatted in a loop",
    of: (facts) =>
      some(named(facts, /^(?:loads|dumps|parse|stringify|split|join|replace|format|strip|trim)$/, true)),
  },
  {
    phrase: "numbers are added up in a loop",
    of: (facts) =>
      some(
        facts
          .inLoops("augmented_assignment", "augmented_assignment_expression")
          .filter((node) => field(node, "operator")?.text === "+=").length,
      ),
  },
  {
    phrase: "gives its results one by one",
    of: ({ definition }) => yes(find(definition, "yield", "yield_expression").length > 0),
  },
];

/** A value in 0…1 for each of `scriptFeatures`. */
export function scriptFeatureValues(definition: Node): number[] {
  const facts = gather(definition);
  return scriptFeatures.map(({ of }) => Math.min(1, Math.max(0, of(facts))));
}

function gather(definition: Node): Facts {
  const body = field(definition, "body") ?? definition;
  const nodes = find(body, ...loopTypes);
  const bodies = nodes.map(bodiesOf);
  const loops = nodes.map((node, index) => ({
    node,
    bodies: bodies[index] ?? [],
    depth:
      1 +
      bodies.filter(
        (others, other) =>
          other !== index && others.some((each) => contains(each, node) && each.id !== node.id),
      ).length,
  }));
  const inBody = (node: Node) => loops.some((loop) => loop.bodies.some((each) => contains(each, node)));
  return {
    definition,
    loops,
    calls: callsAt(body).filter(({ node }) => inBody(node)),
    inLoops: (...types) => find(body, ...types).filter(inBody),
  };
}

/** Of a statement its body and condition; of a comprehension's clause what it makes and the clauses after it. */
function bodiesOf(loop: Node): Node[] {
  if (loop.type !== "for_in_clause")
    return ["body", "condition", "increment"].flatMap((name) => field(loop, name) ?? []);
  const around = loop.parent;
  if (!around) return [];
  return around.namedChildren.filter(
    (child) =>
      child.id !== loop.id && (child.id === field(around, "body")?.id || child.startIndex > loop.startIndex),
  );
}

function callsAt(node: Node): { node: Node; name: string; method: boolean }[] {
  return find(node, ...callTypes).map((call) => {
    const callee = field(call, "function") ?? field(call, "constructor");
    const member = callee && (field(callee, "attribute") ?? field(callee, "property"));
    return { node: call, name: (member ?? callee)?.text ?? "", method: member !== undefined };
  });
}

function operators(facts: Facts, pattern: RegExp): number {
  return facts
    .inLoops(
      "binary_operator",
      "binary_expression",
      "augmented_assignment",
      "augmented_assignment_expression",
    )
    .filter((node) => pattern.test(field(node, "operator")?.text ?? "")).length;
}

/** `x in xs` in Python, which walks where `xs` is a list. */
function memberships(facts: Facts): number {
  return facts
    .inLoops("comparison_operator")
    .filter((node) => /^(?:not\s+)?in$/.test(field(node, "operators")?.text ?? "")).length;
}

/** `text += …` where a text is among what is added, or the name began as one. */
function textGrowths(facts: Facts): number {
  const began = new Set(
    find(facts.definition, "assignment", "variable_declarator", "assignment_expression").flatMap((node) => {
      const [name, value] = [
        field(node, "left") ?? field(node, "name"),
        field(node, "right") ?? field(node, "value"),
      ];
      return name && value && isText(value) ? [name.text] : [];
    }),
  );
  return facts
    .inLoops("augmented_assignment", "augmented_assignment_expression", "assignment", "assignment_expression")
    .filter((node) => {
      const [left, right] = [field(node, "left"), field(node, "right")];
      const added =
        field(node, "operator")?.text === "+=" ||
        (right !== undefined && right.type.startsWith("binary") && field(right, "left")?.text === left?.text);
      return added && left !== undefined && right !== undefined && (began.has(left.text) || isText(right));
    }).length;
}

function isText(node: Node): boolean {
  return /^(?:string|template_string|concatenated_string)$/.test(node.type);
}

function asksLength({ node }: Loop): boolean {
  const condition = field(node, "condition");
  return condition !== undefined && /\blen\(|\.length\b|\.size\b/.test(condition.text);
}

function overElements({ node }: Loop): boolean {
  if (node.type === "for_in_statement") return true;
  return field(node, "right") !== undefined && !/^range\b/.test(field(node, "right")?.text ?? "");
}

/** `for i in range(…)`, `for (let i = 0; …; i++)`, with `xs[i]` in the body. */
function byNumbers({ node, bodies }: Loop): boolean {
  const name =
    node.type === "for_statement"
      ? (field(node, "left") ?? find(field(node, "initializer") ?? node, "identifier")[0])?.text
      : undefined;
  if (name === undefined || overElements({ node, bodies, depth: 0 })) return false;
  return bodies.some((body) =>
    find(body, "subscript", "subscript_expression").some(
      (each) => (field(each, "subscript") ?? field(each, "index"))?.text === name,
    ),
  );
}

function firstArgument(call: Node): string | undefined {
  const list = field(call, "arguments");
  return list && parts(list)[0]?.text;
}

/** Whether it calls itself by its name, plainly or through `self` or `this`. */
function isRecursive(definition: Node): boolean {
  const name = isScriptFunction(definition)
    ? (field(definition, "name") ?? (definition.parent && field(definition.parent, "name")))?.text
    : undefined;
  return (
    name !== undefined &&
    callsAt(field(definition, "body") ?? definition).some((call) => {
      const callee = field(call.node, "function")?.text;
      return callee === name || callee === `self.${name}` || callee === `this.${name}`;
    })
  );
}
