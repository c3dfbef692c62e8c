/**
 * Puts an agent's text into a file: the function alone, with whatever new includes, helpers and types came along, or a whole file.
 */
import type { Node } from "web-tree-sitter";
import { applyEdits, type Edit, helperEdit, includeEdits, newlineOf, replaceNode } from "./edit.ts";
import {
  findFunction,
  type FunctionDefinition,
  listFunctions,
  sameFunction,
  sameText,
  splitName,
} from "./find-function.ts";
import { isCompiled, type Language } from "./language.ts";
import { parse } from "./parser.ts";
import { replaceScriptFunction } from "./replace-script-function.ts";
import { field, find, normalised } from "./tree.ts";

/**
 * The file with the function replaced by the one in `text`. Helpers of `text` with the name and parameters of one in the file replace
 * that one, and so do types, macros and constants with the name of one; what is new goes before the function, new includes go to the
 * others. What the file has already is not repeated, so `text` may as well be a whole file. Undefined where file or text lack the
 * function.
 */
export function replaceFunction(
  file: string,
  language: Language,
  functionName: string,
  text: string,
): string | undefined {
  if (!isCompiled(language)) return replaceScriptFunction(file, language, functionName, text);
  const [oldRoot, newRoot] = [parse(file, language).rootNode, parse(text, language).rootNode];
  const old = findFunction(oldRoot, functionName);
  const replacement = old && findReplacement(newRoot, functionName, old);
  if (!old || !replacement) return undefined;
  const edits: Edit[] = [replaceNode(withTemplate(old.node), fit(withTemplate(replacement.node).text, file))];
  const replaceOnce = (node: Node, replacing: string) => {
    // A type may hold the function, and a text may define a helper twice: what was replaced first stays.
    if (edits.every((edit) => node.endIndex <= edit.start || edit.end <= node.startIndex))
      edits.push(replaceNode(node, fit(replacing, file)));
  };
  const helpers: string[] = [];
  const present = new Set(topLevel(oldRoot).map((item) => normalised(item)));
  const known = listFunctions(oldRoot);
  const headers: string[] = [];
  for (const item of topLevel(newRoot)) {
    if (item.startIndex <= replacement.node.startIndex && replacement.node.endIndex <= item.endIndex)
      continue;
    if (item.type === "preproc_include") {
      const path = field(item, "path")?.text;
      if (path) headers.push(path);
      continue;
    }
    if (item.type === "comment" || item.type === "ERROR" || present.has(normalised(item))) continue;
    const definitions = listFunctions(item);
    const [only] = definitions;
    const existing =
      definitions.length === 1 && only
        ? known.find(
            (candidate) =>
              sameFunction(candidate, only) || (language === "c" && candidate.name === only.name),
          )
        : undefined;
    if (existing && only) {
      if (!sameText(existing.node, only.node))
        replaceOnce(withTemplate(existing.node), withTemplate(only.node).text);
      continue;
    }
    const name = itemName(item);
    const sameName =
      name === undefined ? undefined : topLevel(oldRoot).find((candidate) => itemName(candidate) === name);
    // The grammar counts the line's end to a macro.
    if (sameName) replaceOnce(sameName, item.text.trimEnd() + (/\s*$/.exec(sameName.text)?.[0] ?? ""));
    else helpers.push(itemText(item));
  }
  if (helpers.length > 0) edits.push(helperEdit(file, old.node, helpers.join("\n\n")));
  edits.push(...includeEdits(file, oldRoot, [...new Set(headers)]));
  return applyEdits(file, edits);
}

/** The function of that name in another text: by the full name, or by the last part of it where the text left namespaces out. */
export function findReplacement(
  root: Node,
  functionName: string,
  old: FunctionDefinition,
): FunctionDefinition | undefined {
  const found = findFunction(root, functionName);
  if (found) return found;
  const plain = splitName(functionName).path.split("::").at(-1);
  const alike = listFunctions(root).filter((candidate) => candidate.name === plain);
  if (alike.length === 1) return alike[0];
  return alike.find((candidate) => sameFunction({ ...candidate, qualifiedName: old.qualifiedName }, old));
}

/** Items of the file, those of namespaces and `extern "C"` blocks among them. */
export function topLevel(node: Node): Node[] {
  return node.namedChildren.flatMap((child) => {
    if (child.type === "namespace_definition" || child.type === "linkage_specification") {
      const body = field(child, "body");
      return body?.type === "declaration_list" ? topLevel(body) : [child];
    }
    return [child];
  });
}

/** The item with its semicolon, which the grammar leaves out of a type's definition. */
export function itemText(item: Node): string {
  return item.text.trimEnd() + (item.nextSibling?.type === ";" ? ";" : "");
}

/** What a type, a macro or a single constant is known by; undefined for everything else. */
export function itemName(item: Node): string | undefined {
  if (/^preproc_(function_)?def$/.test(item.type)) return `#${field(item, "name")?.text}`;
  if (item.type === "declaration") return constantName(item);
  if (!/(struct|class|union|enum)_specifier|type_definition|alias_declaration/.test(item.type))
    return undefined;
  if (item.type === "type_definition") return find(item, "type_identifier").at(-1)?.text;
  return field(item, "body") || item.type === "alias_declaration" ? field(item, "name")?.text : undefined;
}

/** Of a declaration of one variable with its value. */
function constantName(declaration: Node): string | undefined {
  const declarators = declaration.childrenForFieldName("declarator");
  const [only] = declarators;
  if (declarators.length !== 1 || only?.type !== "init_declarator") return undefined;
  let at = field(only, "declarator");
  while (at && at.type !== "identifier") at = field(at, "declarator");
  return at?.text;
}

function withTemplate(definition: Node): Node {
  return definition.parent?.type === "template_declaration" ? definition.parent : definition;
}

function fit(text: string, file: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\n", newlineOf(file));
}
