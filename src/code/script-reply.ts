/**
 * Takes the code out of a model's reply in Python, JavaScript or TypeScript, as `reply.ts` does for C and C++: the function wherever it
 * stands in the reply and however it is bound there, with the helpers, constants, types and imports that it needs.
 */
import type { Node } from "web-tree-sitter";
import { applyEdits, indentationAt, indentUnit, insertAt, newlineOf } from "./edit.ts";
import {
  clearName,
  findFunction,
  type FunctionDefinition,
  listFunctions,
  sameText,
} from "./find-function.ts";
import { parse } from "./parser.ts";
import {
  putScriptFunction,
  readScriptText,
  scriptItemName,
  type ScriptText,
} from "./replace-script-function.ts";
import type { CodeInReply, ReplyTarget } from "./reply.ts";
import { isDiff, mended, patched } from "./reply-blocks.ts";
import { parametersOf } from "./script-functions.ts";
import { importedNames, isImport } from "./script-imports.ts";
import { withScriptSignatureOf } from "./script-signature.ts";
import { contains, field, find, normalised } from "./tree.ts";

export interface ScriptReply {
  readonly blocks: readonly string[];
  /** Whether the reply ends inside a block. */
  readonly cut: boolean;
  readonly target: ReplyTarget;
  readonly root: Node;
  readonly old: FunctionDefinition;
  /** Whether a tree is nobody's program and must not be walked. */
  readonly tooDeep: (root: Node) => boolean;
}

type Chosen = ScriptText & { readonly definition: FunctionDefinition };

/** More definitions in one block are nobody's answer. */
const mostDefinitions = 500;

/** Never throws on any reply. */
export function codeInScriptReply(reply: ScriptReply): CodeInReply {
  const { blocks, cut, target, root, old } = reply;
  const pieces = blocks.flatMap((block) => pieceOf(block, reply) ?? []);
  if (pieces.length === 0 && blocks.some((block) => isDiff(block)))
    return none("the reply's diff does not fit the source");
  const defining = pieces.filter((piece): piece is Chosen => piece.definition !== undefined);
  const chosen = choose(defining, old) ?? bodyAlone(reply);
  if (!chosen) {
    if (cut) return none(`the reply ends before ${old.name} is complete`);
    const empty = blocks.every((block) => block.trim() === "");
    return none(empty ? "the reply holds no code" : `the reply holds no definition of ${old.name}`);
  }
  const broken = chosen.definition.node.hasError;
  // Python that was cut in its last line parses often enough: what the last line began is lost.
  if (cut && (broken || (blocks.at(-1) ?? "").includes(chosen.definition.node.text.slice(0, 40))))
    return none(`the reply ends before ${old.name} is complete`);
  if (broken) return none(`the reply's ${old.name} has a syntax error`);
  const together = withOthers(chosen, pieces, target.language);
  const needed = neededItems(together);
  const put = putScriptFunction(target.source, root, old, together, (item) => needed.has(item.id));
  if ("reason" in put) return none(`the reply's ${old.name} ${put.reason}`);
  if (reply.tooDeep(parse(put.source, target.language).rootNode))
    return none("the reply's code is nested too deeply");
  const source = target.language === "python" ? withDocumentation(put.source, reply) : put.source;
  return normalised(parse(source, target.language).rootNode) === normalised(root)
    ? { kind: "unchanged" }
    : { kind: "code", source };
}

/** The old function's documentation, which may hold its tests, where the new one has none: it says what holds on. */
function withDocumentation(source: string, { target, old }: ScriptReply): string {
  const documentation = documentationOf(old.node);
  const fresh = findFunction(parse(source, target.language).rootNode, target.functionName)?.node;
  const body = fresh && field(fresh, "body");
  if (!documentation || !fresh || !body || documentationOf(fresh)) return source;
  // `def f(): return 1` has no place for it.
  if (body.startPosition.row === fresh.startPosition.row) return source;
  const gap = `${newlineOf(source)}${indentationAt(source, body.startIndex)}`;
  return applyEdits(source, [insertAt(body.startIndex, documentation.text + gap)]);
}

function documentationOf(definition: Node): Node | undefined {
  const body = field(definition, "body");
  const first = body?.namedChildren.find(({ type }) => type !== "comment");
  const text = first?.type === "expression_statement" ? first.namedChildren[0] : undefined;
  return text?.type === "string" ? text : undefined;
}

function pieceOf(block: string, { target, old, tooDeep }: ScriptReply): ScriptText | undefined {
  const plain = isDiff(block) ? patched(target.source, block) : withoutMargin(block);
  if (plain === undefined || tooDeep(parse(plain, target.language).rootNode)) return undefined;
  // A method alone is no program: nothing must be mended about it before it has a class around it.
  const asIs = readScriptText(plain, target.language, target.functionName, old);
  const text = asIs.root.hasError ? mended(plain, target.language) : plain;
  if (tooDeep(parse(text, target.language).rootNode)) return undefined;
  const piece = readScriptText(text, target.language, target.functionName, old);
  const functions = listFunctions(piece.root);
  if (functions.length > mostDefinitions) return undefined;
  if (piece.definition && !sameText(piece.definition.node, old.node)) return piece;
  // One of its kind that is named after it (`f_fast`), where the block repeats the old one or has none.
  const alike = functions.filter(
    (each) =>
      each.name !== old.name &&
      each.name.toLowerCase().includes(old.name.toLowerCase()) &&
      "head" in withScriptSignatureOf(old, each),
  );
  return { ...piece, definition: alike.length === 1 ? alike[0] : piece.definition };
}

/** The last one that is new and free of syntax errors, else the last new one, else the last. */
function choose(pieces: readonly Chosen[], old: FunctionDefinition): Chosen | undefined {
  const changed = pieces.filter(({ definition }) => !sameText(definition.node, old.node));
  return changed.findLast(({ definition }) => !definition.node.hasError) ?? changed.at(-1) ?? pieces.at(-1);
}

/**
 * A reply's only block that is the body and nothing else: it uses every parameter that the old one uses, and gives back something where
 * the old one does. Anything less is an excerpt.
 */
function bodyAlone({ blocks, target, old, tooDeep }: ScriptReply): Chosen | undefined {
  const [block] = blocks;
  const oldBody = field(old.node, "body");
  if (blocks.length !== 1 || block === undefined || !oldBody || isDiff(block)) return undefined;
  const inner = mended(withoutMargin(block), target.language).trim();
  const unit = indentUnit(target.source);
  const waits = /^(?:\w+\s+)*async\b/.test(old.node.text) ? "async " : "";
  const lines = inner.replace(/^(?=.)/gm, unit);
  const names = parametersOf(old.node)
    .map(({ text }) => text)
    .join(", ");
  const text =
    target.language === "python"
      ? `${waits}def ${old.name}(${names}):\n${lines}\n`
      : `${waits}function ${old.name.replace(/\W/g, "")}(${names}) {\n${lines}\n}\n`;
  const root = parse(text, target.language).rootNode;
  if (root.hasError || tooDeep(root)) return undefined;
  const definition = listFunctions(root)[0];
  if (!definition || root.namedChildCount !== 1) return undefined;
  const [words, before] = [wordsOf(inner), wordsOf(oldBody.text)];
  const used = parametersOf(old.node)
    .flatMap((parameter) => find(parameter, "identifier").slice(0, 1))
    .filter((name) => before.has(name.text));
  const body = field(definition.node, "body");
  if (!body || gives(body) !== gives(oldBody) || !used.every((name) => words.has(name.text)))
    return undefined;
  return used.length > 0 || gives(oldBody) ? { text, root, definition } : undefined;
}

/** The chosen text with what other blocks define and it does not. */
function withOthers(
  chosen: Chosen,
  pieces: readonly ScriptText[],
  language: ReplyTarget["language"],
): Chosen {
  const defined = new Set(chosen.root.namedChildren.map(scriptItemName));
  const others: string[] = [];
  for (const piece of pieces.toReversed()) {
    if (piece.text === chosen.text) continue;
    for (const item of piece.root.namedChildren) {
      const name = isImport(item) ? item.text : scriptItemName(item);
      if (item.hasError || name === undefined || defined.has(name)) continue;
      if (piece.definition && contains(item, piece.definition.node)) continue;
      defined.add(name);
      others.push(item.text);
    }
  }
  if (others.length === 0) return chosen;
  const text = `${others.join("\n\n")}\n\n${chosen.text}`;
  const { rootNode } = parse(text, language);
  const definition = findFunction(rootNode, clearName(chosen.root, chosen.definition));
  return definition ? { text, root: rootNode, definition } : chosen;
}

/** Ids of those items that the function names, or that something needed names. */
function neededItems({ root, definition }: Chosen): Set<number> {
  const needed = new Set<number>();
  const mentioned = wordsOf(
    definition.node.parent?.type === "decorated_definition"
      ? definition.node.parent.text
      : definition.node.text,
  );
  const around = root.namedChildren.find((item) => contains(item, definition.node));
  // A class around it brings other methods, which have needs of their own.
  if (around) for (const word of wordsOf(around.text)) mentioned.add(word);
  const byName = new Map<string, Node[]>();
  for (const item of root.namedChildren) {
    const names = isImport(item) ? importedNames(item) : [scriptItemName(item) ?? ""];
    if (names.includes("*") || item.type === "future_import_statement") needed.add(item.id);
    for (const name of names) byName.set(name, [...(byName.get(name) ?? []), item]);
  }
  // A Set is walked in the order of insertion, also through what is added on the way.
  for (const word of mentioned) {
    for (const item of byName.get(word) ?? []) {
      if (needed.has(item.id)) continue;
      needed.add(item.id);
      if (!isImport(item)) for (const next of wordsOf(item.text)) mentioned.add(next);
    }
  }
  return needed;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.match(/[A-Za-z_$][\w$]*/g));
}

/** Without the blanks that all of its lines begin with. */
function withoutMargin(block: string): string {
  const lines = block.split("\n");
  const margins = lines.filter((line) => line.trim() !== "").map((line) => /^[ \t]*/.exec(line)?.[0] ?? "");
  let margin = margins[0] ?? "";
  for (const each of margins) while (!each.startsWith(margin)) margin = margin.slice(0, -1);
  return margin === ""
    ? block
    : lines.map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line)).join("\n");
}

/** Whether a body gives something back. */
function gives(body: Node): boolean {
  const ends = find(body, "return_statement", "yield", "yield_expression");
  return ends.some((each) => each.namedChildCount > 0);
}

function none(reason: string): CodeInReply {
  return { kind: "none", reason };
}
