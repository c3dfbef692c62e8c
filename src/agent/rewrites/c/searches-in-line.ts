/**
 * Writes searches in the form that indexed-search knows: a loop that leaves at the first hit. This is no rewrite of its own.
 *
 *     j = 0; while (j < n && id[j] != x) j++;      →   j = 0; for (j = 0; j < n; j++) if (!(id[j] != x)) break;
 *
 *     int place(const int *id, int n, int x) {         int place_2 = -1;
 *       for (int j = 0; j < n; j++)                    for (int j_2 = 0; j_2 < n; j_2++)
 *         if (id[j] == x) return j;              →       if (id[j_2] == wanted[i]) { place_2 = j_2; break; }
 *       return -1;                                     if (place_2 < 0) …
 *     }
 *     … if (place(id, n, wanted[i]) < 0) …
 */
import type { Node } from "web-tree-sitter";
import { type Edit, freshName, insertBefore, replaceNode } from "../../../code/edit.ts";
import { effectsOf, isWritten } from "../../../code/effects.ts";
import { functionDeclarator, isParameter, listFunctions } from "../../../code/find-function.ts";
import { type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import {
  argumentsOf,
  bare,
  calleeOf,
  conditionOf,
  contains,
  enclosing,
  expressionOf,
  field,
  find,
  operatorOf,
  parts,
  same,
  statementsOf,
} from "../../../code/tree.ts";
import {
  arithmeticOf,
  containerOf,
  declaredType,
  elementType,
  isContiguous,
  spellType,
} from "../../../code/types.ts";
import { isPure, mentions, onlyReads } from "../../../code/uses.ts";
import { typeOf, variableOf, variablesOf } from "../../../code/variables.ts";
import { withHelpersInLine } from "./helper-in-line.ts";
import { edited, reopened, runsAlways } from "../offer.ts";
import type { Subject } from "../rewrite.ts";

/** The file with one search in the form that is known, and where in it the loop begins. */
export interface WrittenSearch {
  readonly subject: Subject;
  readonly start: number;
}

/** One for each walk to the first hit and each loop over a container inside another loop, written as a loop over an index. */
export function writtenAsLoops(subject: Subject): WrittenSearch[] {
  return reachedFunctions(subject).flatMap((definition) => {
    const walks = loopsIn(definition)
      .filter((loop) => loop.depth > 0 && /^(for|while)$/.test(loop.kind))
      .map(({ node }) => ({ node, edits: walkEdits(node) }));
    const ranges = loopsIn(definition)
      .filter((loop) => loop.kind === "range" && loop.depth > 0 && loop.children.length === 0)
      .map((loop) => ({ node: loop.node, edits: rangeEdits(subject, loop) }));
    return [...walks, ...ranges].flatMap(({ node, edits }) => {
      const written = changed(subject, edits);
      return written ? [{ subject: written, start: node.startIndex }] : [];
    });
  });
}

function rangeEdits(subject: Subject, loop: Loop): Edit[] {
  const [declarator, range] = [field(loop.node, "declarator"), field(loop.node, "right")];
  const name = declarator && find(declarator, "identifier")[0];
  const variable = name && variableOf(name);
  if (!name || !variable || range?.type !== "identifier" || field(loop.node, "initializer")) return [];
  if (find(declarator, "structured_binding_declarator").length > 0) return [];
  const type = typeOf(range);
  if (!type || !containerOf(type) || !isContiguous(type) || isWritten(range.text, loop.body)) return [];
  // A variable of another type holds what the element is converted to.
  const declared = spelled(field(loop.node, "type")?.text ?? "");
  const element = elementType(type);
  if (declared !== "auto" && (declared !== spelled(element?.base ?? "") || element?.pointers !== 0))
    return [];
  // A copy that is changed is not the element.
  if (!variable.type.reference && !onlyReads(name.text, loop.body)) return [];
  if (effectsOf(loop.body).declared.has(name.text)) return [];
  const index = freshName(subject.source, "index");
  const place = `${range.text}[${index}]`;
  return [
    {
      start: loop.node.startIndex,
      end: loop.body.startIndex,
      text: `for (std::size_t ${index} = 0; ${index} < ${range.text}.size(); ${index}++) `,
    },
    ...mentions(name.text, loop.body).map((use) => replaceNode(use, place)),
  ];
}

/** A type's name without what may be left out. */
function spelled(text: string): string {
  return text.replaceAll(/\s|\bstd::/g, "");
}

/** The file with helpers that search written out where the function calls them in a loop; undefined where there are none. */
export function withSearchesInLine(subject: Subject): Subject | undefined {
  const names = new Set(
    loopsIn(subject.function).flatMap((loop) =>
      find(loop.body, "call_expression").map((call) => calleeOf(call)),
    ),
  );
  const helpers = reachedFunctions(subject)
    .slice(1)
    .filter((helper) => names.has(nameOf(helper)));
  const single = changed(
    subject,
    helpers.flatMap((helper) => singleExit(subject, helper)),
  );
  if (!single) return undefined;
  const asked = changed(single, callsInFront(single, names)) ?? single;
  const inLine = withHelpersInLine(asked);
  // The helpers themselves stay as they were.
  let text = inLine?.source;
  for (const helper of helpers) {
    const made = reachedFunctions(single).find((each) => nameOf(each) === nameOf(helper));
    if (made) text = text?.replace(made.text, () => helper.text);
  }
  // Trees lie in memory that nobody collects.
  for (const step of new Set([single, asked, inLine])) step?.root.tree.delete();
  return text === undefined ? undefined : reopened(subject, text);
}

function changed(subject: Subject, edits: readonly Edit[]): Subject | undefined {
  const text = edits.length > 0 ? edited(subject, edits) : undefined;
  return text === undefined ? undefined : reopened(subject, text);
}

/** `while (j < n && test) j++;` behind `j = 0;`, and `for (j = 0; j < n && test; j++);`. */
function walkEdits(node: Node): Edit[] {
  const condition = conditionOf(node);
  const body = field(node, "body");
  const [left, right] = condition ? [field(condition, "left"), field(condition, "right")] : [];
  if (!condition || !body || !left || !right || operatorOf(condition) !== "&&" || !isPure(condition))
    return [];
  const bound = bare(left);
  const variable = field(bound, "left");
  if (!/^(<|!=)$/.test(operatorOf(bound)) || variable?.type !== "identifier") return [];
  const step = (update: Node | undefined): boolean =>
    update?.type === "update_expression" &&
    operatorOf(update) === "++" &&
    field(update, "argument")?.text === variable.text;
  const test = `if (!(${right.text})) break;`;
  const statements = statementsOf(body);
  if (node.type === "for_statement") {
    const empty = statements.length === 0 && step(field(node, "update"));
    return empty ? [replaceNode(condition, bound.text), replaceNode(body, test)] : [];
  }
  const [only, ...more] = statements;
  const update = only && expressionOf(only);
  const start = startBefore(node, variable.text);
  if (more.length > 0 || !step(update) || start === undefined) return [];
  const name = variable.text;
  return [replaceNode(node, `for (${name} = ${start}; ${bound.text}; ${name}++) ${test}`)];
}

/** What the statement right before sets the variable to, where that is a number. */
function startBefore(node: Node, variable: string): string | undefined {
  let statement = node.previousNamedSibling;
  while (statement?.type === "comment") statement = statement.previousNamedSibling;
  if (!statement) return undefined;
  const assignment = expressionOf(statement);
  const declarator = statement
    .childrenForFieldName("declarator")
    .find((each) => !!each && field(each, "declarator")?.text === variable);
  const value = declarator
    ? field(declarator, "value")
    : assignment?.type === "assignment_expression" &&
        operatorOf(assignment) === "=" &&
        field(assignment, "left")?.text === variable
      ? field(assignment, "right")
      : undefined;
  return value && /^\d+[uUlL]*$/.test(value.text) ? value.text : undefined;
}

/** Makes a helper that leaves its loop by a return leave it by a break, with the result in a variable. */
function singleExit(subject: Subject, helper: Node): Edit[] {
  const body = field(helper, "body");
  const type = declaredType(helper, undefined);
  const result = arithmeticOf(type) ? spellType({ ...type, constant: false, reference: false }) : undefined;
  const statements = body ? statementsOf(body) : [];
  const [loop, last] = statements.slice(-2);
  const value = last?.type === "return_statement" ? parts(last)[0] : undefined;
  if (
    !body ||
    !loop ||
    !last ||
    !value ||
    result === undefined ||
    !/^(for_statement|for_range_loop)$/.test(loop.type)
  )
    return [];
  const leaving = find(body, "return_statement").filter((each) => !same(each, last));
  const [inner, ...more] = leaving;
  const found = inner && parts(inner)[0];
  const constant = /^(-?\s*\d+[uUlL]*|false|true|[A-Z][A-Z0-9_]*)$/.test(value.text);
  if (!inner || !found || more.length > 0 || !constant) return [];
  const takers = ["for_statement", "for_range_loop", "while_statement", "do_statement", "switch_statement"];
  const around = enclosing(inner, takers, body);
  if (!around || !same(around, loop)) return [];
  const name = freshName(subject.source, "outcome");
  return [
    insertBefore(subject.source, loop, `${result} ${name} = ${value.text};`),
    replaceNode(inner, `{ ${name} = ${found.text}; break; }`),
    replaceNode(value, name),
  ];
}

/** Calls in the condition of a branch are made before it, and arguments that are no names get names. */
function callsInFront(subject: Subject, names: ReadonlySet<string>): Edit[] {
  const { source } = subject;
  const taken = new Set<string>();
  const calls = loopsIn(subject.function)
    .filter((loop) => loop.depth === 0)
    .flatMap((loop) => find(loop.body, "call_expression"))
    .filter((call) => names.has(calleeOf(call)));
  return calls.flatMap((call): Edit[] => {
    const helper = listFunctions(subject.root).find((each) => each.name === calleeOf(call))?.node;
    const list = helper && functionDeclarator(helper);
    const parameterList = list && field(list, "parameters");
    if (!helper || !parameterList || !parts(parameterList).every(isParameter)) return [];
    if (!argumentsOf(call).every((each) => isPure(each))) return [];
    const statement = enclosing(call, [
      "if_statement",
      "expression_statement",
      "declaration",
      "return_statement",
    ]);
    if (statement?.parent?.type !== "compound_statement") return [];
    const lines: string[] = [];
    const edits: Edit[] = [];
    const parameters = variablesOf(helper).filter((each) => each.kind === "parameter");
    const given = argumentsOf(call).map((argument, position) => {
      const parameter = parameters[position];
      if (!parameter || argument.type === "identifier" || arithmeticOf(parameter.type)) return argument.text;
      const name = freshName(source, parameter.name, taken);
      const reference = parameter.type.reference && parameter.type.constant;
      if (!reference && parameter.type.pointers === 0) return argument.text;
      lines.push(
        reference
          ? `const auto &${name} = ${argument.text};`
          : `${spellType(parameter.type)} ${name} = ${argument.text};`,
      );
      return name;
    });
    const text = `${calleeOf(call)}(${given.join(", ")})`;
    const condition = conditionOf(statement);
    if (statement.type === "if_statement") {
      // `if (int k = …; …)`: what the call is given may be declared there.
      const clause = field(statement, "condition");
      if (
        !condition ||
        (clause && field(clause, "initializer")) ||
        !contains(condition, call) ||
        !isAlone(condition, call) ||
        !runsAlways(call, condition)
      )
        return [];
      const type = declaredType(helper, undefined);
      const name = freshName(source, "asked", taken);
      lines.push(`const ${spellType({ ...type, constant: false, reference: false })} ${name} = ${text};`);
      edits.push(replaceNode(call, name));
    } else if (lines.length > 0) edits.push(replaceNode(call, text));
    return lines.length > 0 ? [insertBefore(source, statement, lines.join("\n")), ...edits] : [];
  });
}

/** Whether nothing else in the condition has an effect or a call whose order could matter. */
function isAlone(condition: Node, call: Node): boolean {
  const others = find(condition, "call_expression", "update_expression", "assignment_expression");
  return others.every((each) => contains(call, each));
}

function nameOf(definition: Node): string {
  const declarator = functionDeclarator(definition);
  return (declarator && field(declarator, "declarator")?.text) ?? "";
}
