/**
 * Writes a helper that loops and returns a value at its end into the place of its call. The compiler does that by itself; this is no rewrite
 * of its own, but lets those that look at loops see what a call inside a loop does.
 *
 *     out[i] = mean(v, i, i + w);
 *   →
 *     const size_t to_2 = i + w;
 *     double s_2 = 0;
 *     for (size_t k_2 = i; k_2 < to_2; k_2++) s_2 += v[k_2];
 *     const double mean_2 = s_2 / (to_2 - i);
 *     out[i] = mean_2;
 */
import type { Node } from "web-tree-sitter";
import { freshName, insertBefore, outdented, replaceNode, type Edit } from "../../../code/edit.ts";
import { isParameter, functionDeclarator, listFunctions } from "../../../code/find-function.ts";
import { loopsIn } from "../../../code/loops.ts";
import {
  argumentsOf,
  calleeOf,
  contains,
  enclosing,
  field,
  find,
  parts,
  same,
  statementsOf,
} from "../../../code/tree.ts";
import { arithmeticOf, declaredType, spellType } from "../../../code/types.ts";
import { isPure, keeps, namesIn } from "../../../code/uses.ts";
import { typeOf, type Variable, variablesOf } from "../../../code/variables.ts";
import { edited, reopened, statementAround } from "../offer.ts";
import type { Subject } from "../rewrite.ts";

/** The file with such helpers written out inside the function's loops; undefined where there are none. */
export function withHelpersInLine(subject: Subject): Subject | undefined {
  const taken = new Set<string>();
  const edits = find(subject.function, "call_expression").flatMap(
    (call) => inLine(subject, call, taken) ?? [],
  );
  const text = edits.length > 0 ? edited(subject, edits) : undefined;
  return text === undefined ? undefined : reopened(subject, text);
}

function inLine(subject: Subject, call: Node, taken: Set<string>): Edit[] | undefined {
  const statement = statementAround(call);
  if (!statement || !/^(expression_statement|declaration|return_statement)$/.test(statement.type))
    return undefined;
  if (
    statement.parent?.type !== "compound_statement" ||
    !loopsIn(subject.function).some((loop) => contains(loop.body, call))
  )
    return undefined;
  if (enclosing(call, ["conditional_expression", "lambda_expression"], statement)) return undefined;
  if (find(statement, "&&", "||").length > 0 || !argumentsOf(call).every((each) => isPure(each)))
    return undefined;
  const helper = helperOf(subject, call);
  if (!helper) return undefined;
  const { source } = subject;
  const names = new Map<string, string>();
  const lines: string[] = [];
  const given = argumentsOf(call);
  const variables = variablesOf(helper.definition);
  const parameters = variables.filter((each) => each.kind === "parameter");
  if (parameters.length !== given.length) return undefined;
  const foreign = foreignNames(helper.body, variables);
  if (variablesOf(subject.function).some((each) => each.kind !== "global" && foreign.has(each.name)))
    return undefined;
  if (given.some((argument) => [...namesIn(argument)].some((name) => foreign.has(name)))) return undefined;
  for (const [position, parameter] of parameters.entries()) {
    const argument = given[position];
    if (!argument || !keeps(parameter.name, helper.body)) return undefined;
    const own = typeOf(argument);
    if (
      argument.type === "identifier" &&
      (own?.base === parameter.type.base || parameter.type.pointers > 0 || parameter.type.reference)
    ) {
      names.set(parameter.name, argument.text);
    } else if (arithmeticOf(parameter.type)) {
      const name = freshName(source, parameter.name, taken);
      lines.push(`const ${plainType(parameter)} ${name} = ${argument.text};`);
      names.set(parameter.name, name);
    } else return undefined;
  }
  for (const local of variables.filter((each) => each.kind === "local")) {
    if (local.static) return undefined;
    if (!names.has(local.name)) names.set(local.name, freshName(source, local.name, taken));
  }
  const result = freshName(source, helper.name, taken);
  const type = spellType({
    ...declaredType(helper.definition, undefined),
    constant: false,
    reference: false,
  });
  lines.push(
    ...helper.statements.map((each) => written(source, each, names)),
    `const ${type} ${result} = ${renamed(helper.value, names)};`,
  );
  return [insertBefore(source, statement, lines.join("\n")), replaceNode(call, result)];
}

/** What the helper mentions but does not declare: globals, functions. In the caller the names must mean the same. */
function foreignNames(body: Node, variables: readonly Variable[]): Set<string> {
  const own = new Set(variables.filter((each) => each.kind !== "global").map((each) => each.name));
  return new Set([...namesIn(body)].filter((name) => !own.has(name)));
}

interface Helper {
  readonly name: string;
  readonly definition: Node;
  readonly body: Node;
  readonly statements: readonly Node[];
  readonly value: Node;
}

/** A function of the file with a loop, one return at its end, and an arithmetic result. */
function helperOf(subject: Subject, call: Node): Helper | undefined {
  const name = calleeOf(call);
  const [found, ...more] = listFunctions(subject.root).filter((each) => each.name === name);
  const body = found && field(found.node, "body");
  if (!found || !body || more.length > 0 || found.template || same(found.node, subject.function))
    return undefined;
  const declarator = functionDeclarator(found.node);
  const list = declarator && field(declarator, "parameters");
  const statements = statementsOf(body);
  const last = statements.at(-1);
  const value = last?.type === "return_statement" ? parts(last)[0] : undefined;
  if (
    !value ||
    !list ||
    !parts(list).every(isParameter) ||
    !arithmeticOf(declaredType(found.node, undefined))
  )
    return undefined;
  const others = find(
    body,
    "return_statement",
    "goto_statement",
    "lambda_expression",
    "static_assert_declaration",
  );
  const calls = find(body, "call_expression").some((each) => calleeOf(each) === name);
  if (others.length !== 1 || calls || loopsIn(body).length === 0) return undefined;
  return { name, definition: found.node, body, statements: statements.slice(0, -1), value };
}

function plainType(parameter: Variable): string {
  return spellType({ ...parameter.type, constant: false, reference: false });
}

/** A statement of the helper under new names, without its indentation. */
function written(source: string, statement: Node, names: ReadonlyMap<string, string>): string {
  return unindented(renamed(statement, names), statement.text, outdented(source, statement));
}

/** Moves the renamed lines as far left as the helper's own text was moved. */
function unindented(text: string, before: string, after: string): string {
  const [from, to] = [before.replaceAll("\r\n", "\n").split("\n"), after.split("\n")];
  return text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line, index) => line.slice(Math.max(0, (from[index]?.length ?? 0) - (to[index]?.length ?? 0))))
    .join("\n");
}

function renamed(node: Node, names: ReadonlyMap<string, string>): string {
  let { text } = node;
  for (const use of find(node, "identifier").toReversed()) {
    const name = names.get(use.text);
    const at = use.startIndex - node.startIndex;
    if (name !== undefined) text = text.slice(0, at) + name + text.slice(at + use.text.length);
  }
  return text;
}
