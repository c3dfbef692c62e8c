/**
 * Finds the function that a task names, by plain or qualified name and parameter types, and refuses what has no symbol.
 */
import type { Node } from "web-tree-sitter";
import { TaskError } from "../errors.ts";
import type { FunctionDeclaration } from "./declarations.ts";
import { spell, TypeRefusal } from "./full-type.ts";
import { nameOf, parameterNodes, partsOf } from "./parameter-nodes.ts";
import type { ReadSource } from "./read-source.ts";
import { resolveDeclared, type Resolver } from "./resolve-type.ts";

/** The definition that a name means. `callable` refuses those that have no symbol to link with. Throws a TaskError. */
export function findFunction(
  source: ReadSource,
  wanted: string,
  { callable }: { callable: boolean },
): FunctionDeclaration {
  const { name, types } = splitName(wanted);
  const { functions } = source.declarations;
  const sameName = functions.filter((one) => one.name === name || one.name.endsWith(`::${name}`));
  const exact = sameName.filter((one) => one.name === name);
  const defined = (exact.some((one) => one.body) ? exact : sameName).filter((one) => one.body);
  if (defined.length === 0) throw missing(source, name, sameName.length > 0);
  const fitting = types === undefined ? defined : defined.filter((one) => sameTypes(source, one, types));
  const [chosen] = fitting;
  if (!chosen || fitting.length > 1) throw ambiguous(source, wanted, fitting.length > 1 ? fitting : defined);
  if (callable) refuseWithoutSymbol(source, chosen, sameName);
  return chosen;
}

/** `f(int, T *)` into its name and parameter types; spaces do not matter. */
function splitName(wanted: string): { name: string; types?: string[] } {
  const open = wanted.indexOf("(");
  if (open < 0) return { name: wanted.trim().replace(/^::/, "") };
  const name = wanted.slice(0, open).trim().replace(/^::/, "");
  const inside = wanted.slice(open + 1, wanted.lastIndexOf(")")).trim();
  if (inside === "" || inside === "void") return { name, types: [] };
  const types: string[] = [""];
  let depth = 0;
  for (const character of inside) {
    if (character === "," && depth === 0) {
      types.push("");
      continue;
    }
    if ("<([".includes(character)) depth++;
    if (">)]".includes(character)) depth--;
    types.push(types.pop() + character);
  }
  return { name, types };
}

/** Whether a definition has these parameter types, compared as written and as resolved, spaces and `const` at the top aside. */
function sameTypes(source: ReadSource, called: FunctionDeclaration, types: readonly string[]): boolean {
  const nodes = parameterNodes(called);
  if (nodes.length !== types.length) return false;
  return nodes.every((node, index) => {
    const { specifiers, declarator } = partsOf(node);
    const name = declarator === null ? "" : nameOf(declarator);
    const written = normal(
      node.text.replace(/=[^]*$/, "").replace(name === "" ? /$^/ : new RegExp(`\\b${name}\\b`), ""),
    );
    const wanted = normal(types[index] ?? "");
    if (written === wanted) return true;
    try {
      const resolver: Resolver = {
        language: source.language,
        declarations: source.declarations,
        packs: false,
        constants: new Map(),
        used: new Map(),
      };
      const full = resolveDeclared(resolver, specifiers, declarator, called.scope);
      const asked = resolveDeclared(
        resolver,
        wanted.replace(/[*&\s]+(?:const|restrict)?\s*$/, ""),
        null,
        called.scope,
      );
      const suffix = /[*&]+/.exec(wanted)?.[0] ?? "";
      return normal(spell(full)) === normal(spell(asked) + suffix);
    } catch (error) {
      if (error instanceof TypeRefusal) return false;
      throw error;
    }
  });
}

function normal(type: string): string {
  return type
    .replaceAll(/\b(?:__restrict__|__restrict|restrict)\b/g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\s*([*&<>,[\]():])\s*/g, "$1")
    .replace(/^(\w[\w:]*) const\b/, "const $1")
    .trim();
}

function missing(source: ReadSource, name: string, declared: boolean): TaskError {
  const all = [...new Set(source.declarations.functions.filter((one) => one.body).map((one) => one.name))];
  const shown = all
    .slice(0, 12)
    .map((one) => `\`${one}\``)
    .join(", ");
  const remedy =
    all.length === 0
      ? "It defines no function that could be read."
      : `It defines ${shown}${all.length > 12 ? ", …" : ""}.`;
  const what = declared ? "is declared but not defined here" : "is not defined here";
  return new TaskError(source.file, `the function \`${name}\` ${what}`, { remedy });
}

function ambiguous(source: ReadSource, wanted: string, among: readonly FunctionDeclaration[]): TaskError {
  const list = among
    .map(
      (one) =>
        `\`${one.name}(${parameterNodes(one)
          .map((node) => bare(node))
          .join(", ")})\``,
    )
    .join(", ");
  const message = `\`${wanted}\` does not name exactly one of ${list}`;
  return new TaskError(source.file, message, {
    remedy: 'Write one of these, with its parameter types, as "function".',
  });
}

function bare(parameter: Node): string {
  const { declarator } = partsOf(parameter);
  const name = declarator === null ? "" : nameOf(declarator);
  const text = parameter.text.replace(/=[^]*$/, "").replaceAll(/\s+/g, " ");
  return (name === "" ? text : text.replace(new RegExp(`\\s*\\b${name}\\b`), "")).trim();
}

function refuseWithoutSymbol(
  source: ReadSource,
  called: FunctionDeclaration,
  sameName: readonly FunctionDeclaration[],
): void {
  const others = sameName.filter((one) => one.name === called.name);
  const short = called.name.split("::").at(-1) ?? "";
  const member = called.inClass || source.declarations.types.get(called.scope.join("::"))?.kind === "class";
  let why: string | undefined;
  if (short === "main") why = "is the program itself";
  else if (called.template) why = "is a template";
  else if (member && !others.some((one) => one.static)) why = "is a member function that needs an object";
  else if (called.unnamedNamespace) why = "is in an unnamed namespace";
  else if (member && called.inClass) why = "is defined inside its class, so it is inline";
  else if (!member && others.some((one) => one.static)) why = "is static";
  else if (others.some((one) => one.inline) && !/\bextern\b/.test(called.node.text.slice(0, 40)))
    why = "is inline";
  if (why === undefined) return;
  const remedy =
    `Add a function to the source that calls it and can be linked with, and name that in "entry": ` +
    `"entry": "${short}_entry". The function itself stays what is made faster.`;
  throw new TaskError(source.file, `\`${called.name}\` ${why} and cannot be called from outside`, { remedy });
}
