/**
 * Takes the code out of a model's reply: whatever the fences say, whatever is around it, a whole file comes out that takes the place
 * of the source, or one sentence on why there is none.
 *
 * Of several definitions of the function the last one counts that is not the old one again. Helpers, types, macros and includes come
 * along from all blocks as far as the function needs them; `main` and what only it uses do not.
 */
import type { Node, Tree } from "web-tree-sitter";
import { indentationAt, indentUnit } from "./edit.ts";
import {
  findFunction,
  type FunctionDefinition,
  listFunctions,
  sameFunction,
  sameText,
} from "./find-function.ts";
import { withSignatureOf } from "./keep-signature.ts";
import { isCompiled, type Language } from "./language.ts";
import { parse } from "./parser.ts";
import { findReplacement, itemName, itemText, replaceFunction, topLevel } from "./replace-function.ts";
import { blocksOf, isDiff, mended, patched } from "./reply-blocks.ts";
import { codeInScriptReply } from "./script-reply.ts";
import { contains, field, find, normalised } from "./tree.ts";

export interface ReplyTarget {
  /** The file that the code is for. */
  readonly source: string;
  readonly language: Language;
  /** As `findFunction` takes it. */
  readonly functionName: string;
}

export type CodeInReply =
  | { readonly kind: "code"; /** The whole file. */ readonly source: string }
  /** The function as it was, comments and blanks aside. */
  | { readonly kind: "unchanged" }
  /** `reason`: a sentence without capital and full stop. */
  | { readonly kind: "none"; readonly reason: string };

const longestReply = 256 * 1024;
/** Deeper trees are nobody's program, and walking them would exhaust the stack. */
const deepestTree = 800;
/** More definitions in one block are nobody's answer, and finding each one's surroundings takes time in proportion to all. */
const mostDefinitions = 500;

/** Never throws on any reply, and takes time in proportion to it. `loadGrammars` must have been awaited. */
export function codeInReply(reply: string, target: ReplyTarget): CodeInReply {
  const name = plainName(target.functionName);
  if (reply.length > longestReply) return none("the reply is longer than 256 KiB");
  const { blocks, cut } = blocksOf(reply, target.language);
  const oldRoot = parse(target.source, target.language).rootNode;
  const old = findFunction(oldRoot, target.functionName);
  if (!old) return none(`the source holds no definition of ${name}`);
  if (!isCompiled(target.language)) {
    const tooDeep = (root: Node) => depthOf(root.tree) > deepestTree;
    return codeInScriptReply({ blocks, cut, target, root: oldRoot, old, tooDeep });
  }

  const pieces = blocks.flatMap((block) => pieceOf(block, target, old) ?? []);
  if (pieces.length === 0 && blocks.some((block) => isDiff(block)))
    return none("the reply's diff does not fit the source");
  const defining = choose(pieces, old);
  const chosen = defining ?? bodyAlone(blocks, target, old);
  if (!chosen) {
    if (cut) return none(`the reply ends before ${name} is complete`);
    return none(
      blocks.every(isBlank) ? "the reply holds no code" : `the reply holds no definition of ${name}`,
    );
  }
  if (chosen.definition.node.hasError && !isBalanced(chosen.text))
    return none(`the reply ends before ${name} is complete`);
  const text = assemble(chosen, defining ? pieces : [], old);
  if ("reason" in text) return none(`the reply's ${name} ${text.reason}`);
  const source = replaceFunction(target.source, target.language, target.functionName, text.text);
  if (source === undefined) return none(`the reply defines ${name} more than once in one block`);
  const tree = parse(source, target.language);
  if (depthOf(tree) > deepestTree) return none("the reply's code is nested too deeply");
  return normalised(tree.rootNode) === normalised(oldRoot) ? { kind: "unchanged" } : { kind: "code", source };
}

/** One block as code. */
interface Piece {
  readonly text: string;
  readonly root: Node;
  readonly definition: FunctionDefinition | undefined;
}

interface ChosenPiece extends Piece {
  readonly definition: FunctionDefinition;
}

function none(reason: string): CodeInReply {
  return { kind: "none", reason };
}

function pieceOf(block: string, target: ReplyTarget, old: FunctionDefinition): Piece | undefined {
  const text = isDiff(block) ? patched(target.source, block) : mended(block, target.language);
  if (text === undefined) return undefined;
  const tree = parse(text, target.language);
  if (depthOf(tree) > deepestTree) return undefined;
  const root = tree.rootNode;
  if (find(root, "function_definition").length > mostDefinitions) return undefined;
  return { text, root, definition: findChanged(root, target.functionName, old) };
}

/** The function, or one of its kind that is named after it (`f_fast`), where the block repeats the old one or has none. */
function findChanged(
  root: Node,
  functionName: string,
  old: FunctionDefinition,
): FunctionDefinition | undefined {
  const found = findReplacement(root, functionName, old);
  if (found && !sameText(found.node, old.node)) return found;
  const alike = listFunctions(root).filter(
    (each) =>
      each.name !== old.name &&
      each.name.toLowerCase().includes(old.name.toLowerCase()) &&
      each.parameterTypes.length === old.parameterTypes.length &&
      "text" in withSignatureOf(old, each),
  );
  return alike.length === 1 ? alike[0] : found;
}

/** The last one that is new and free of syntax errors, else the last new one, else the last. */
function choose(pieces: readonly Piece[], old: FunctionDefinition): ChosenPiece | undefined {
  const defining = pieces.filter((piece): piece is ChosenPiece => piece.definition !== undefined);
  const changed = defining.filter(({ definition }) => !sameText(definition.node, old.node));
  return changed.findLast(({ definition }) => !definition.node.hasError) ?? changed.at(-1) ?? defining.at(-1);
}

/**
 * A reply's only block that is the body and nothing else. It must do the function's whole job, so it mentions every parameter that
 * results are written to and returns what is to be returned; anything less is an excerpt.
 */
function bodyAlone(
  blocks: readonly string[],
  target: ReplyTarget,
  old: FunctionDefinition,
): ChosenPiece | undefined {
  const [block] = blocks;
  const oldBody = field(old.node, "body");
  if (blocks.length !== 1 || block === undefined || !oldBody || isDiff(block)) return undefined;
  const head = target.source.slice(old.node.startIndex, oldBody.startIndex);
  const inner = mended(block, target.language).trim();
  const text = `${head}${inner.startsWith("{") && inner.endsWith("}") ? inner : `{\n${indent(inner, indentUnit(target.source))}\n}`}\n`;
  const tree = parse(text, target.language);
  if (tree.rootNode.hasError || depthOf(tree) > deepestTree) return undefined;
  const [definition, ...others] = listFunctions(tree.rootNode);
  if (!definition || others.length > 0) return undefined;
  const words = wordsOf(inner);
  const outputs = old.parameterTypes.flatMap((type, index) =>
    /[*&\]]/.test(type) && !/\bconst\b/.test(type) ? [parameterName(old, index)] : [],
  );
  const returns = !/\bvoid\s*$/.test(head.slice(0, head.indexOf(old.name)));
  const complete =
    outputs.every((name) => name !== undefined && words.has(name)) &&
    (!returns || words.has("return")) &&
    (outputs.length > 0 || returns);
  return complete ? { text, root: tree.rootNode, definition } : undefined;
}

function parameterName(definition: FunctionDefinition, index: number): string | undefined {
  const parameters = find(definition.node, "parameter_declaration", "optional_parameter_declaration");
  const declarator = parameters[index] && field(parameters[index], "declarator");
  return declarator && find(declarator, "identifier")[0]?.text;
}

/** Something that stands beside the function in a reply. */
interface Item {
  readonly text: string;
  /** What it defines, where that can be told. */
  readonly names: readonly string[];
  readonly words: ReadonlySet<string>;
  /** From the block that the function is in. */
  readonly near: boolean;
}

/** Includes, what the function needs, and the function with its old signature: a text for `replaceFunction`. */
function assemble(
  chosen: ChosenPiece,
  pieces: readonly Piece[],
  old: FunctionDefinition,
): { text: string } | { reason: string } {
  const kept = withSignatureOf(old, chosen.definition);
  if ("reason" in kept) return kept;
  const own = outdent(kept.text, indentationAt(chosen.text, chosen.definition.node.startIndex));
  const methods = methodsBeside(chosen, old);
  if (methods === undefined) return { reason: "is a method of a class that has data" };

  const includes: string[] = [];
  const items: Item[] = [];
  const defined = new Set<string>();
  // Of two definitions of a helper in two blocks the later one counts; the function's own block counts most.
  for (const piece of [chosen, ...pieces.filter((each) => each.text !== chosen.text).toReversed()]) {
    const near = piece === chosen;
    const found: Item[] = [];
    for (const node of topLevel(piece.root)) {
      if (node.type === "preproc_include") includes.push(node.text.trim());
      else if (near || !node.hasError) found.push(...itemsOf(node, piece, near, old));
    }
    const fresh = found.filter(
      (item) => item.names.length === 0 || !item.names.some((name) => defined.has(name)),
    );
    for (const item of fresh) for (const name of item.names) defined.add(name);
    items.unshift(...fresh.filter((item) => near || item.names.length > 0));
  }
  items.push(...methods);
  const needed = neededItems(items, wordsOf(own));
  return { text: [...new Set(includes), ...needed.map((item) => item.text), own].join("\n\n") };
}

function itemsOf(node: Node, piece: Piece, near: boolean, old: FunctionDefinition): Item[] {
  if (node.type === "comment" || node.type === "ERROR" || node.text.trim() === ";") return [];
  if (piece.definition && contains(node, piece.definition.node)) return [];
  const functions = listFunctions(node);
  const [only] = functions;
  const isFunction =
    functions.length === 1 && only && (contains(only.node, node) || node.type === "template_declaration");
  if (isFunction && (only.name === "main" || isCounterpart(only, old))) return [];
  const names = isFunction ? [only.name] : namesDefined(node);
  // The function again, or a declaration of it.
  if (node.type === "declaration" && names.includes(old.name)) return [];
  return [
    {
      text: itemText(node),
      names: isFunction && only.name.startsWith("operator") ? [] : names,
      words: wordsOf(node.text),
      near,
    },
  ];
}

function isCounterpart(definition: FunctionDefinition, old: FunctionDefinition): boolean {
  return (
    sameFunction({ ...definition, qualifiedName: old.qualifiedName }, old) && definition.name === old.name
  );
}

function namesDefined(node: Node): string[] {
  const name = itemName(node);
  if (name !== undefined) return [name.replace(/^#/, "")];
  if (node.type !== "declaration") return [];
  return node
    .childrenForFieldName("declarator")
    .flatMap((declarator) => (declarator ? find(declarator, "identifier")[0]?.text : undefined) ?? []);
}

/** Those that are named by the function or by something that is needed; and of the function's block also what has no name. */
function neededItems(items: readonly Item[], words: ReadonlySet<string>): Item[] {
  const needed = new Set(items.filter((item) => item.names.length === 0));
  const mentioned = new Set(words);
  for (const item of needed) for (const word of item.words) mentioned.add(word);
  const byName = new Map<string, Item[]>();
  for (const item of items)
    for (const name of item.names) byName.set(name, [...(byName.get(name) ?? []), item]);
  // A Set is walked in the order of insertion, also through what is added on the way.
  for (const word of mentioned) {
    for (const item of byName.get(word) ?? []) {
      if (needed.has(item)) continue;
      needed.add(item);
      for (const next of item.words) mentioned.add(next);
    }
  }
  return items.filter((item) => needed.has(item));
}

/**
 * Methods of the class that a reply put the function into, as functions; none where it did not. Undefined where the class has data:
 * the caller has no object.
 */
function methodsBeside(chosen: ChosenPiece, old: FunctionDefinition): Item[] | undefined {
  const { node } = chosen.definition;
  let around: Node | null = node.parent;
  while (around && !/^(class|struct)_specifier$/.test(around.type)) around = around.parent;
  const list = around && field(around, "body");
  if (!list || chosen.definition.qualifiedName === old.qualifiedName) return [];
  if (
    list.namedChildren.some(
      (child) => child.type === "field_declaration" && !find(child, "function_declarator")[0],
    )
  )
    return undefined;
  return listFunctions(list)
    .filter((each) => each.node.startIndex !== node.startIndex)
    .map((each) => {
      const text = outdent(each.node.text, indentationAt(chosen.text, each.node.startIndex));
      const free = each.local ? text : `static ${text}`;
      return {
        text: free.replace(/^static static /, "static "),
        names: [each.name],
        words: wordsOf(text),
        near: true,
      };
    });
}

function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}

function indent(text: string, unit: string): string {
  return text.replace(/^(?=.)/gm, unit);
}

/** Later lines moved left by as much as the first one stood right. */
function outdent(text: string, indentation: string): string {
  if (indentation === "") return text;
  return text
    .split("\n")
    .map((line, index) => (index > 0 && line.startsWith(indentation) ? line.slice(indentation.length) : line))
    .join("\n");
}

function plainName(functionName: string): string {
  return (
    functionName
      .replace(/[([].*$/s, "")
      .split(/::|[.#]/)
      .at(-1)
      ?.trim() ?? functionName
  );
}

function isBlank(block: string): boolean {
  return block.trim() === "";
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const character of text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)'|\/\/.*$/gm, "")) {
    if (character === "{") depth += 1;
    else if (character === "}") depth -= 1;
  }
  return depth <= 0;
}

/** Nodes above the deepest one, found without recursion. */
function depthOf(tree: Tree): number {
  const cursor = tree.walk();
  let deepest = 0;
  let depth = 0;
  for (;;) {
    if (cursor.gotoFirstChild()) {
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (deepest > deepestTree) break;
      continue;
    }
    while (!cursor.gotoNextSibling()) {
      if (!cursor.gotoParent()) {
        cursor.delete();
        return deepest;
      }
      depth -= 1;
    }
  }
  cursor.delete();
  return deepest;
}
