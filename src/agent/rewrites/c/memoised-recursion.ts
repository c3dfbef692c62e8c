/**
 * A function that calls itself more than once with smaller numbers computes the same values over and over, often exponentially many times. With a
 * table of what is known each value is computed once.
 *
 *     long ways(int n, int k) {              static long ways_known(int n, int k, std::unordered_map<…> &known) {
 *       if (k == 0) return 1;                  … if the key is known, return what it has …
 *       return ways(n - 1, k)         →        … the old body, calling ways_known …
 *            + ways(n, k - 1);               }
 *     }                                      long ways(int n, int k) { std::unordered_map<…> known; return ways_known(n, k, known); }
 *
 * Legal where the result depends on the parameters alone: nothing else is written, and what is not an integer is handed on unchanged. The table
 * lives for one call from outside, so no call profits from an earlier one.
 */
import type { Node } from "web-tree-sitter";
import { block, type Edit, freshName, helperEdit, includeEdits, replaceNode } from "../../../code/edit.ts";
import { effectsOf, isPureCall } from "../../../code/effects.ts";
import { functionDeclarator, isParameter, listFunctions } from "../../../code/find-function.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { argumentsOf, calleeOf, field, find, parts, same } from "../../../code/tree.ts";
import { arithmeticOf, declaredType, spellType } from "../../../code/types.ts";
import { mentions } from "../../../code/uses.ts";
import { variableOf, variablesOf } from "../../../code/variables.ts";
import { offer } from "../offer.ts";
import type { Rewrite, Subject } from "../rewrite.ts";

export const memoisedRecursion: Rewrite = {
  name: "memoised-recursion",
  idea: "Remembers what a recursive function computed for each argument, so that nothing is computed twice within one call.",
  reference:
    "D. Michie, Memo functions and machine learning, Nature 218, 1968; T. Cormen et al., Introduction to Algorithms, section 15.3",
  lessons: {
    faster:
      "The recursion met the same arguments again and again; remembering the results made exponential work polynomial.",
    slower: "The arguments hardly ever repeat, so looking them up costs more than computing.",
    wrong: "The result depended on more than the arguments.",
  },
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) => {
      const recursion = recursionOf(subject, definition);
      if (!recursion) return [];
      return offer(subject, {
        parameters: {},
        place: `the recursion of ${recursion.name}`,
        preconditions: ["a function without side effects calls itself more than once"],
        assumptions: [],
        edits: subject.language === "c" ? withArray(subject, recursion) : withHashTable(subject, recursion),
      });
    });
  },
};

interface Recursion {
  readonly name: string;
  readonly definition: Node;
  readonly body: Node;
  /** The calls of itself. */
  readonly calls: readonly Node[];
  /** Of the function: what it returns, and its parameters as declared and by name. */
  readonly result: string;
  readonly declared: readonly string[];
  readonly parameters: readonly string[];
  /** The one or two integers that change from call to call. */
  readonly varying: readonly string[];
}

function recursionOf(subject: Subject, definition: Node): Recursion | undefined {
  const described = listFunctions(subject.root).find((each) => same(each.node, definition));
  const declarator = functionDeclarator(definition);
  const body = field(definition, "body");
  const list = declarator && field(declarator, "parameters");
  const nameNode = declarator && field(declarator, "declarator");
  if (!described || described.template || !body || !list || nameNode?.type !== "identifier") return undefined;
  const { name } = described;
  const result = declaredType(definition, undefined);
  if (
    !declarator ||
    !same(field(definition, "declarator") ?? definition, declarator) ||
    !arithmeticOf(result)
  )
    return undefined;
  const calls = find(body, "call_expression").filter((call) => calleeOf(call) === name);
  const parameters = variablesOf(definition).filter((each) => each.kind === "parameter");
  if (
    calls.length < 2 ||
    parts(list).filter(isParameter).length !== parameters.length ||
    !isClosed(body, name)
  )
    return undefined;
  const handedOn = parameters.map(
    (parameter, position) =>
      calls.every((call) => argumentsOf(call)[position]?.text === parameter.name) &&
      mentions(parameter.name, body).every((use) => !isAssigned(use)),
  );
  const varying = parameters.filter((_, position) => !handedOn[position]);
  const bits = varying.map((each) => (each.type.reference ? undefined : arithmeticOf(each.type)));
  if (varying.length === 0 || !bits.every((each) => each?.kind === "integer")) return undefined;
  const [first, second] = varying;
  if (!first || varying.length > 2 || (second && bits.some((each) => (each?.bits ?? 64) > 32)))
    return undefined;

  return {
    name,
    definition,
    body,
    calls,
    result: spellType({ ...result, constant: false, reference: false }),
    declared: parts(list).map((each) => each.text),
    parameters: parameters.map((each) => each.name),
    varying: varying.map((each) => each.name),
  };
}

/** C++: a hash table from the arguments to the result. */
function withHashTable(subject: Subject, recursion: Recursion): Edit[] {
  const { source } = subject;
  const { name, definition, body, calls, result, declared, parameters, varying } = recursion;
  const taken = new Set<string>();
  const helper = freshName(source, `${name}_known`, taken);
  const known = freshName(source, "known", taken);
  const key = freshName(source, "key", taken);
  const at = freshName(source, "found", taken);
  const value = freshName(source, "value", taken);
  const table = `std::unordered_map<unsigned long long, ${result}>`;
  const [first, second] = varying;
  const keyText =
    second === undefined
      ? `static_cast<unsigned long long>(${first})`
      : `(static_cast<unsigned long long>(static_cast<unsigned>(${first})) << 32) | static_cast<unsigned>(${second})`;
  const inside = [
    `const unsigned long long ${key} = ${keyText};`,
    `const auto ${at} = ${known}.find(${key});`,
    `if (${at} != ${known}.end()) return ${at}->second;`,
    `const ${result} ${value} = [&]() -> ${result} ${rewritten(body, calls, helper, known)}();`,
    `${known}.emplace(${key}, ${value});`,
    `return ${value};`,
  ].join("\n");
  const signature = `static ${result} ${helper}(${[...declared, `${table} &${known}`].join(", ")})`;
  const entry = `${table} ${known};\nreturn ${helper}(${[...parameters, known].join(", ")});`;
  return [
    ...includeEdits(source, subject.root, ["<unordered_map>"]),
    helperEdit(source, definition, block(source, signature, inside)),
    replaceNode(body, block(source, "", entry)),
  ];
}

/**
 * C: an array over the arguments from 0 to those of the call from outside. Arguments beyond it, and tables of more than 2^24 entries, are computed as
 * before.
 */
function withArray(subject: Subject, recursion: Recursion): Edit[] {
  const { source } = subject;
  const { name, definition, body, calls, result, declared, parameters, varying } = recursion;
  const taken = new Set<string>();
  const fresh = (base: string): string => freshName(source, base, taken);
  const [known, compute, record] = [
    fresh(`${name}_known`),
    fresh(`${name}_computed`),
    fresh(`${name}_results`),
  ];
  const [table, results, key, value] = [fresh("table"), fresh("results"), fresh("key"), fresh("value")];
  const limits = varying.map((each) => fresh(`${each}_limit`));
  const inside = varying
    .map((each, place) => `${each} >= 0 && (long)${each} <= ${table}->${limits[place]}`)
    .join(" && ");
  const [first, second] = varying;
  const place =
    second === undefined
      ? `(long)${first}`
      : `(long)${first} * (${table}->${limits[1]} + 1) + (long)${second}`;
  const signature = (helper: string): string =>
    `static ${result} ${helper}(${[...declared, `struct ${record} *${table}`].join(", ")})`;
  const call = `${compute}(${[...parameters, table].join(", ")})`;
  const helpers = [
    block(
      source,
      `struct ${record}`,
      [`${result} *value;`, "char *has;", ...limits.map((limit) => `long ${limit};`)].join("\n"),
    ) + ";",
    `${signature(compute)};`,
    block(
      source,
      signature(known),
      [
        `if (!(${inside})) return ${call};`,
        `const long ${key} = ${place};`,
        block(
          source,
          `if (!${table}->has[${key}])`,
          `${table}->value[${key}] = ${call};\n${table}->has[${key}] = 1;`,
        ),
        `return ${table}->value[${key}];`,
      ].join("\n"),
    ),
    `${signature(compute)} ${rewritten(body, calls, known, table)}`,
  ].join("\n\n");
  const count = limits.map((limit) => `(double)(${results}.${limit} + 1)`).join(" * ");
  const positive = varying.map((each) => `${each} >= 0`).join(" && ");
  const entry = [
    `struct ${record} ${results} = {0, 0, ${varying.map((each) => `(long)${each}`).join(", ")}};`,
    block(
      source,
      `if (${positive} && ${count} < 16777216.0)`,
      `${results}.value = malloc((size_t)(${count}) * sizeof *${results}.value);\n${results}.has = calloc((size_t)(${count}), 1);`,
    ),
    block(
      source,
      `if (!${results}.value || !${results}.has)`,
      limits.map((limit) => `${results}.${limit} = -1;`).join("\n"),
    ),
    `const ${result} ${value} = ${known}(${[...parameters, `&${results}`].join(", ")});`,
    `free(${results}.value);`,
    `free(${results}.has);`,
    `return ${value};`,
  ].join("\n");
  return [
    ...includeEdits(source, subject.root, ["<stdlib.h>"]),
    helperEdit(source, definition, helpers),
    replaceNode(body, block(source, "", entry)),
  ];
}

/** Whether the body computes from its parameters alone: it writes its own locals and calls only itself and pure functions. */
function isClosed(body: Node, name: string): boolean {
  if (find(body, "lambda_expression", "new_expression", "throw_statement", "goto_statement").length > 0)
    return false;
  if (!find(body, "call_expression").every((call) => calleeOf(call) === name || isPureCall(call)))
    return false;
  return effectsOf(body).accesses.every((access) => {
    if (!access.writes || isHandedTo(access.node, name)) return true;
    const variable = variableOf(find(access.node, "identifier")[0] ?? access.node);
    return (
      access.kind === "variable" &&
      !!variable &&
      variable.kind !== "global" &&
      !variable.static &&
      !variable.type.reference
    );
  });
}

/** An argument of the recursive call: what happens to it there is what the body does, which is looked at anyway. */
function isHandedTo(node: Node, name: string): boolean {
  const call = node.parent?.type === "argument_list" ? node.parent.parent : undefined;
  return call?.type === "call_expression" && calleeOf(call) === name;
}

function isAssigned(use: Node): boolean {
  const parent = use.parent;
  if (parent?.type === "update_expression") return true;
  return parent?.type === "assignment_expression" && same(field(parent, "left") ?? parent, use);
}

/** The old body with its calls going to the helper, which takes the table too. */
function rewritten(body: Node, calls: readonly Node[], helper: string, known: string): string {
  // Calls may stand inside each other: names and closing parentheses are edited one by one, from the back.
  const edits = calls.flatMap((call) => {
    const callee = field(call, "function");
    return callee
      ? [
          { start: callee.startIndex, end: callee.endIndex, text: helper },
          { start: call.endIndex - 1, end: call.endIndex - 1, text: `, ${known}` },
        ]
      : [];
  });
  let text = body.text;
  for (const edit of edits.toSorted((a, b) => b.start - a.start)) {
    const from = edit.start - body.startIndex;
    text = text.slice(0, from) + edit.text + text.slice(edit.end - body.startIndex);
  }
  return text;
}
