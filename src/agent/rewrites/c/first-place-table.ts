/**
 * A loop that looks a byte up in a list of bytes, for every byte of a text, walks through the list again and again. There are only 256 bytes: a
 * table says for each where it stands first.
 *
 *     while (s[j]) {                                  size_t first[256];
 *       for (q = 0; q < length; ++q)                  for (k = 0; k < 256; ++k) first[k] = length;
 *         if (s[j] == unwanted[q]) {           →      for (k = length; k-- > 0;) first[(unsigned char)unwanted[k]] = k;
 *           found = 1;                                while (s[j]) {
 *           break;                                      q = first[(unsigned char)s[j]];
 *         }                                             if (q < length) found = 1;
 *       …                                               …
 *
 * Legal where the list does not change while the outer loop runs. The place is exact, so what is done with it may stay as it is.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, includeEdits, outdented, replaceStatement } from "../../../code/edit.ts";
import { describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { invarianceOf } from "../../../code/storage.ts";
import { bare, conditionOf, field, find, operatorOf, statementsOf, subscript } from "../../../code/tree.ts";
import { type Arithmetic, arithmeticOf, type ValueType } from "../../../code/types.ts";
import { isPure, mentions } from "../../../code/uses.ts";
import { typeOf, variableOf } from "../../../code/variables.ts";
import { before, copyType, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

export const firstPlaceTable: Rewrite = {
  name: "first-place-table",
  idea: "Looks up where a byte stands first in a list in a table of the 256 bytes, rather than walking through the list for every byte.",
  reference:
    "J. Bentley, Writing Efficient Programs, rule: Store Precomputed Results; B. Kernighan, R. Pike, The Practice of Programming, section 2.9",
  lessons: {
    faster: "For every byte the list was walked through; the table answers with one load.",
    slower: "The list is so short, or the text, that filling the table costs more than the walks.",
    wrong: "The list changed while the loop ran.",
  },
  changesGrowth: true,
  opportunities(subject) {
    return reachedFunctions(subject).flatMap((definition) =>
      loopsIn(definition).flatMap((loop) => tabulated(subject, loop)),
    );
  },
};

/** `for (q = 0; q < length; q++) if (list[q] == byte) { …; break; }` */
interface Search {
  readonly place: string;
  readonly type: ValueType;
  /** Whether the loop's header declares the place. */
  readonly declared: boolean;
  readonly list: Node;
  readonly element: Node;
  readonly byte: Node;
  /** The loop's bound; undefined where the list ends with a zero. */
  readonly bound: Node | undefined;
  readonly consequence: readonly Node[];
  /** Whether both sides count bytes alike, from -128 or from 0. */
  readonly alike: boolean;
}

function tabulated(subject: Subject, loop: Loop): Opportunity[] {
  const search = searchOf(loop);
  if (!search) return [];
  let outer: Loop | undefined;
  let assumptions: readonly string[] = [];
  for (let at = loop.parent; at; at = at.parent) {
    const found = steadyIn(search, at);
    if (!found || at.node.parent?.type !== "compound_statement") break;
    outer = at;
    assumptions = found;
  }
  if (!outer) return [];
  const { source } = subject;
  const { place, list, byte, bound } = search;
  const taken = new Set<string>();
  const [table, at] = [freshName(source, `first_${nameOf(list)}`, taken), freshName(source, "at", taken)];
  const length = bound ? bound.text : freshName(source, `${nameOf(list)}_length`, taken);
  const type = copyType(subject, search.type);
  const signed = arithmeticOf(search.type)?.signed ?? true;
  const none = signed && bound && !/^\d+$/.test(length) ? `(${length} > 0 ? ${length} : 0)` : length;
  const entry = `${list.text}[${at}]`;
  const fill = `${table}[(unsigned char)${entry}] = ${at};`;
  const inside = search.consequence.map((each) => outdented(source, each)).join("\n");
  const lookUp = `${table}[(unsigned char)${bare(byte).type === "identifier" || subscript(bare(byte)) ? byte.text : `(${byte.text})`}]`;
  const test = block(source, `if (${place} < ${bound ? bound.text : length})`, inside);
  const text = search.declared
    ? block(source, "", `const ${type} ${place} = ${lookUp};\n${test}`)
    : `${place} = ${lookUp};\n${test}`;
  return offer(subject, {
    parameters: {},
    place: `the search in ${list.text} in ${describeLoop(outer)}`,
    preconditions: ["a list of bytes that does not change is searched for one byte after another"],
    assumptions: [...assumptions, `${list.text} can be read to its end.`],
    edits: [
      ...(bound
        ? []
        : includeEdits(source, subject.root, [subject.language === "c" ? "<string.h>" : "<cstring>"])),
      ...before(
        source,
        outer.node,
        [
          ...(bound ? [] : [`const ${type} ${length} = (${type})strlen(${list.text});`]),
          `${type} ${table}[256];`,
          `for (int ${at} = 0; ${at} < 256; ++${at}) ${table}[${at}] = ${none};`,
          `for (${type} ${at} = ${none}; ${at}-- > 0;) ${search.alike ? fill : `if ((unsigned char)${entry} < 128) ${fill}`}`,
        ].join("\n"),
      ),
      replaceStatement(
        source,
        loop.node,
        search.declared || loop.node.parent?.type === "compound_statement" ? text : block(source, "", text),
      ),
    ],
  });
}

function searchOf(loop: Loop): Search | undefined {
  const [branch, ...more] = loop.statements;
  const header = headerOf(loop);
  const condition = branch?.type === "if_statement" ? conditionOf(branch) : undefined;
  const yes = branch && field(branch, "consequence");
  if (!header || !condition || !yes || more.length > 0 || !branch || field(branch, "alternative"))
    return undefined;
  const [left, right] = [field(condition, "left"), field(condition, "right")];
  if (operatorOf(condition) !== "==" || !left || !right) return undefined;
  const { place } = header;
  const element = [left, right].find((side) => isElement(side, place));
  const byte = element && (element === left ? right : left);
  const list = element && subscript(bare(element))?.array;
  if (!element || !byte || !list || !isPure(byte) || mentions(place, byte).length > 0) return undefined;
  const [a, b] = [byteOf(element), byteOf(byte)];
  const statements = statementsOf(yes);
  const last = statements.at(-1);
  if (!a || !b || !last || !/^(break|return|goto)_statement$/.test(last.type)) return undefined;
  const jumps = find(yes, "break_statement", "continue_statement").length;
  if (jumps > (last.type === "break_statement" ? 1 : 0)) return undefined;
  // A list that ends with a zero is the one that is searched.
  if (header.end && bare(header.end).text !== bare(element).text) return undefined;
  const consequence = last.type === "break_statement" ? statements.slice(0, -1) : statements;
  // A place that the header declares cannot be written there and looked at again.
  if (consequence.some((each) => find(each, "lambda_expression").length > 0)) return undefined;
  if (header.declared && consequence.some((each) => isSet(place, each))) return undefined;
  return { ...header, list, element, byte, consequence, alike: a.signed === b.signed };
}

interface Header {
  readonly place: string;
  readonly type: ValueType;
  readonly declared: boolean;
  readonly bound: Node | undefined;
  /** `list[q]` of a loop that goes on while that is not zero. */
  readonly end?: Node;
}

function headerOf(loop: Loop): Header | undefined {
  const { count } = loop;
  if (loop.kind !== "for") return undefined;
  if (count) {
    const plain = count.step === 1 && count.comparison === "<" && count.start.text === "0";
    if (!plain || !count.type || arithmeticOf(count.type)?.kind !== "integer" || !isPure(count.bound))
      return undefined;
    return { place: count.variable, type: count.type, declared: count.declared, bound: count.bound };
  }
  const [initializer, condition, update] = ["initializer", "condition", "update"].map((name) =>
    field(loop.node, name),
  );
  if (!initializer || !condition || update?.type !== "update_expression" || operatorOf(update) !== "++")
    return undefined;
  const name = field(update, "argument");
  const test = bare(condition);
  const zero = /^(0|'\\0')$/.test(field(test, "right")?.text ?? "");
  const end =
    test.type === "binary_expression" && operatorOf(test) === "!=" && zero ? field(test, "left") : test;
  const declarators = initializer.childrenForFieldName("declarator");
  const declared = initializer.type === "declaration";
  const start = declared ? declarators[0] && field(declarators[0], "value") : field(initializer, "right");
  const target = declared
    ? declarators[0] && field(declarators[0], "declarator")
    : field(initializer, "left");
  const variable = name?.type === "identifier" ? variableOf(name) : undefined;
  if (
    !end ||
    !name ||
    !variable ||
    target?.text !== name.text ||
    start?.text !== "0" ||
    declarators.length > 1
  )
    return undefined;
  if (arithmeticOf(variable.type)?.kind !== "integer" || !isElement(end, name.text)) return undefined;
  return { place: name.text, type: variable.type, declared, bound: undefined, end };
}

/** `list[q]` */
function isElement(node: Node, place: string): boolean {
  const element = subscript(bare(node));
  return (
    element?.indices.length === 1 &&
    element.indices[0]?.text === place &&
    /^(identifier|field_expression)$/.test(element.array.type)
  );
}

function byteOf(node: Node): Arithmetic | undefined {
  const kind = arithmeticOf(typeOf(node));
  return kind?.kind === "integer" && kind.bits === 8 ? kind : undefined;
}

function isSet(name: string, statement: Node): boolean {
  return find(statement, "assignment_expression", "update_expression").some(
    (node) => (field(node, "left") ?? field(node, "argument"))?.text === name,
  );
}

/** What has to be assumed so that list and length are the same throughout the loop; undefined where they are not. */
function steadyIn(search: Search, outer: Loop): readonly string[] | undefined {
  const element = invarianceOf(search.element, outer.node, new Set([search.place]));
  const bound = search.bound ? invarianceOf(search.bound, outer.node) : { assumptions: [] };
  return element && bound ? [...new Set([...element.assumptions, ...bound.assumptions])] : undefined;
}

function nameOf(list: Node): string {
  return find(list, "field_identifier", "identifier").at(-1)?.text ?? "list";
}
