/**
 * What a function needs of its file when it is called alone: the functions that it reaches, and variables that the rest of a program may have
 * set before. Names are compared as words, so more may be taken for needed than is.
 */
import type { Node } from "web-tree-sitter";
import { findFunction, listFunctions } from "../../code/find-function.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { enclosing, field, find } from "../../code/tree.ts";
import type { CompiledLanguage } from "../../task/task.ts";

export interface Alone {
  /** The text; functions that are not reached abort, so that what they need of other files need not be there. */
  readonly text: string;
  /** Names of variables at file level, constants aside, that the function or those that it reaches use; in order. */
  readonly shared: readonly string[];
}

/** `text`: a whole translation unit. */
export async function alone(text: string, language: CompiledLanguage, functionName: string): Promise<Alone> {
  await loadGrammarsOf([language]);
  const tree = parse(text, language);
  try {
    const root = tree.rootNode;
    const target = findFunction(root, functionName);
    if (!target) return { text, shared: [] };
    const atFileLevel = find(root, "declaration").filter(
      (node) => !enclosing(node, ["function_definition", "lambda_expression"]),
    );
    const variables = new Set(atFileLevel.flatMap(variablesOf));
    const functions = listFunctions(root);
    const reached = wordsReached([target.node.text], functions);
    const begin = atFileLevel.filter((node) => find(node, "init_declarator").length > 0);
    // What is initialised may call functions before anybody else does.
    const kept = wordsReached([target.node.text, ...begin.map((node) => node.text)], functions);
    let short = text;
    for (const { node, name } of functions.toReversed()) {
      const body = field(node, "body");
      if (!body || kept.has(name) || !canBeLeftOut(node)) continue;
      short = `${short.slice(0, body.startIndex)}{ __builtin_trap(); }${short.slice(body.endIndex)}`;
    }
    return { text: short, shared: [...variables].filter((name) => reached.has(name)).toSorted() };
  } finally {
    tree.delete();
  }
}

/** All words of these texts, and of the functions whose names are among them. */
function wordsReached(
  texts: readonly string[],
  functions: ReturnType<typeof listFunctions>,
): ReadonlySet<string> {
  const bodies = new Map<string, string[]>();
  for (const { name, node } of functions) bodies.set(name, [...(bodies.get(name) ?? []), node.text]);
  const reached = new Set<string>();
  const open = [...texts];
  for (let text = open.pop(); text !== undefined; text = open.pop())
    for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) {
      if (reached.has(word)) continue;
      reached.add(word);
      open.push(...(bodies.get(word) ?? []));
    }
  return reached;
}

/** Plain functions of the file or a namespace: operators, members, templates and what compilers evaluate stay. */
function canBeLeftOut(definition: Node): boolean {
  const declarator = field(definition, "declarator");
  const [inner] = declarator ? find(declarator, "function_declarator") : [];
  const plain = inner && field(inner, "declarator")?.type === "identifier";
  const inClass = enclosing(definition, [
    "class_specifier",
    "struct_specifier",
    "template_declaration",
    "function_definition",
  ]);
  const body = field(definition, "body");
  const head = definition.text.slice(0, (body?.startIndex ?? 0) - definition.startIndex);
  return (
    Boolean(plain) &&
    !inClass &&
    body?.type === "compound_statement" &&
    !/\bconst(?:expr|eval)\b|\bauto\b/.test(head.split("(", 1)[0] ?? "")
  );
}

/** Names of variables that a declaration makes, and that can change. */
function variablesOf(node: Node): string[] {
  const before = node.text.split(/[=({[]/, 1)[0] ?? "";
  const fixed =
    /\bconstexpr\b/.test(before) || (/\bconst\b/.test(before) && !/\*(?!.*\bconst\b)/s.test(before));
  return fixed || /^\s*typedef\b/.test(node.text) ? [] : node.namedChildren.flatMap(declaredName);
}

function declaredName(declarator: Node): string[] {
  if (declarator.type === "identifier") return [declarator.text];
  if (declarator.type === "function_declarator" || !declarator.type.endsWith("declarator")) return [];
  const inner =
    field(declarator, "declarator") ??
    declarator.namedChildren.find((each) => /declarator$|^identifier$/.test(each.type));
  return inner ? declaredName(inner) : [];
}
