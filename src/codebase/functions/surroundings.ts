/**
 * What other files of a repository have to do with a function: types and functions that it names, and who calls it. For models' prompts.
 */
import { dirname } from "node:path";
import type { Node } from "web-tree-sitter";
import { namesOf } from "../../code/excerpt.ts";
import { findFunction } from "../../code/find-function.ts";
import { isCompiled, type Language } from "../../code/language.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { importedNames, isImport } from "../../code/script-imports.ts";
import { find } from "../../code/tree.ts";
import { type FunctionPlace, functionsIn, listSources, readSourceText } from "./sources.ts";

/** Characters of all of it; about 2,000 tokens. */
const longest = 7000;
/** Lines of one piece. */
const mostLines = 40;
/** Files that are read, the nearest first. */
const mostFiles = 200;
const mostCallers = 2;
const nameTypes = ["identifier", "type_identifier", "namespace_identifier"];

/** As source text, each piece under a comment that names its file; undefined where there is nothing. */
export async function surroundingsOf(
  root: string,
  place: FunctionPlace,
  text: string,
): Promise<string | undefined> {
  const { language, file } = place;
  await loadGrammarsOf([language]);
  const names = foreignNames(text, language, place);
  const calls = new RegExp(String.raw`(?<!\w)${place.definition.name.replace(/\W/g, String.raw`\$&`)}\s*\(`);
  const declarations: string[] = [];
  const callers: string[] = [];
  const headers = headersOf(file, language, text);
  for (const other of await filesNear(root, file, language, headers)) {
    const read = await readSourceText(root, other);
    if ("failure" in read) continue;
    const shown = (lines: string): string => `${commentOf(`from ${other}`, language)}\n${lines}`;
    declarations.push(
      ...(await declaringOne(read.text, language, names, headers.includes(other))).map(shown),
    );
    if (callers.length < mostCallers && calls.test(read.text)) {
      const caller = (await functionsIn(other, language, read.text))
        .filter(({ definition }) => definition.name !== place.definition.name)
        .map(({ firstLine, lastLine }) => read.text.split("\n").slice(firstLine - 1, lastLine))
        .find((lines) => lines.length <= mostLines && calls.test(lines.join("\n")));
      if (caller) callers.push(shown(caller.join("\n")));
    }
  }
  const kept: string[] = [];
  let length = 0;
  for (const piece of [...callers.slice(0, 1), ...declarations, ...callers.slice(1)]) {
    if (length + piece.length > longest) continue;
    kept.push(piece);
    length += piece.length + 2;
  }
  return kept.length === 0 ? undefined : kept.join("\n\n");
}

/** Where the headers that the file includes may lie. */
function headersOf(file: string, language: Language, text: string): string[] {
  if (!isCompiled(language)) return [];
  const folder = folderOf(file);
  return [...text.matchAll(/^\s*#\s*include\s*"([^"\n]+)"/gm)].flatMap(([, name = ""]) =>
    [`${folder}${name}`, name, `include/${name}`, `src/${name}`].filter((each) => !each.includes("..")),
  );
}

/** Headers that the file includes, then sources of its language, those in its own folder first. */
async function filesNear(
  root: string,
  file: string,
  language: Language,
  headers: readonly string[],
): Promise<string[]> {
  const folder = folderOf(file);
  const sources = (await listSources(root))
    .filter((each) => each.language === language && each.origin === "own" && each.file !== file)
    .map((each) => each.file)
    .toSorted((a, b) => Number(b.startsWith(folder)) - Number(a.startsWith(folder)));
  return [...new Set([...headers, ...sources])].slice(0, mostFiles);
}

function folderOf(file: string): string {
  return dirname(file) === "." ? "" : `${dirname(file)}/`;
}

/**
 * What the function names and its file does not define: in C and C++ everything that is no local variable; in scripts, where nothing else can be
 * reached, what the file imports.
 */
function foreignNames(text: string, language: Language, place: FunctionPlace): Set<string> {
  const tree = parse(text, language);
  try {
    const node = findFunction(tree.rootNode, place.name)?.node;
    if (!node) return new Set();
    const used = new Set(find(node, ...nameTypes).map((each) => each.text));
    const items = itemsOf(tree.rootNode);
    if (!isCompiled(language)) {
      const imported = new Set(items.filter(isImport).flatMap(importedNames));
      if (!imported.has("*")) return new Set([...used].filter((name) => imported.has(name)));
    }
    const own = new Set(items.filter(isDefinition).flatMap((item) => namesOf(item, language)));
    for (const name of declaredIn(node)) own.add(name);
    return new Set([...used].filter((name) => !own.has(name)));
  } finally {
    tree.delete();
  }
}

/** A prototype stands for what another file defines. */
function isDefinition({ type, text }: Node): boolean {
  return type !== "declaration" || !/^(?:extern\b|[^={]*\([^={]*\)\s*;)/.test(text);
}

/** Variables and parameters of a function of C or C++. */
function declaredIn(definition: Node): string[] {
  return find(definition, "parameter_declaration", "optional_parameter_declaration", "declaration").flatMap(
    (each) =>
      each
        .childrenForFieldName("declarator")
        .flatMap((declarator) => (declarator ? (find(declarator, "identifier")[0]?.text ?? []) : [])),
  );
}

/** Pieces at the file's top level that define one of the names, and that the function can reach; of long ones the head alone. */
async function declaringOne(
  text: string,
  language: Language,
  names: ReadonlySet<string>,
  isHeader: boolean,
): Promise<string[]> {
  if (![...names].some((name) => text.includes(name))) return [];
  const tree = parse(text, language);
  try {
    return itemsOf(tree.rootNode).flatMap((node) => {
      if (isImport(node) || (!isHeader && isPrivate(node, language))) return [];
      if (!namesOf(node, language).some((name) => names.has(name))) return [];
      const lines = node.text.split("\n");
      return lines.length <= mostLines ? [node.text] : [`${lines.slice(0, 6).join("\n")}\n…`];
    });
  } finally {
    tree.delete();
  }
}

/** Of C and C++ also what is in a guard, a namespace or `extern "C"`. */
function itemsOf(root: Node): Node[] {
  return root.namedChildren.flatMap((node) => {
    if (/^preproc_(?:if|else|elif)/.test(node.type)) return itemsOf(node);
    const body = /^(?:namespace_definition|linkage_specification)$/.test(node.type)
      ? node.childForFieldName("body")
      : null;
    return body ? itemsOf(body) : [node];
  });
}

/** What a file of C or C++ keeps for itself: `static` things, and macros and types of a file that nobody includes. */
function isPrivate(node: Node, language: Language): boolean {
  if (!isCompiled(language)) return false;
  return /^static\b/.test(node.text) || /^(?:preproc_|type_definition|\w+_specifier)/.test(node.type);
}

function commentOf(said: string, language: Language): string {
  return language === "python" ? `# ${said}` : `/* ${said} */`;
}
