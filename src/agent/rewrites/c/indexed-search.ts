/**
 * A loop that walks through a whole array for every key, to find the places that hold it, costs the product of the two lengths. A hash index beside the
 * array names those places at once, in the same order: the loop keeps its body and leaves out the places at which the body does nothing.
 *
 *     for (int i = 0; i < orders; i++)                      struct key_index index = {0};
 *       for (int j = 0; j < n; j++)                         for (int i = 0; i < orders; i++) {
 *         if (id[j] == wanted[i]) {                →          for (int at = index.count; at < n; at++) key_index_add(&index, id[at]);
 *           total += price[j];                                for (int j = 0 < n ? key_index_from(&index, wanted[i], 0, n) : 0; j < n;
 *           break;                                                 j = key_index_after(&index, j, n))
 *         }                                                     if (id[j] == wanted[i]) { … as before … }
 *                                                           }
 *
 * Where the body only counts, the index says how many there are. It serves joins, duplicates, pairs that make a sum, tables of words that grow while they are searched. Keys are integers, numbers in floating point or texts;
 * the equality itself is asked as before, so a collision costs time alone. Legal where the array's places keep what they hold while the outer loop runs,
 * but for new ones at its end.
 */
import type { Node } from "web-tree-sitter";
import {
  type Edit,
  freshName,
  helperEdit,
  includeEdits,
  insertAfter,
  insertBefore,
  nested,
  outdented,
  replaceNode,
  replaceStatement,
} from "../../../code/edit.ts";
import { type Count, describeLoop, type Loop, loopsIn } from "../../../code/loops.ts";
import { constantOf, polynomial } from "../../../code/linear.ts";
import { inPlaceOf } from "../../../code/method-call.ts";
import { reachedFunctions } from "../../../code/reached.ts";
import { contains, enclosing, field, find, normalised } from "../../../code/tree.ts";
import { arithmeticOf } from "../../../code/types.ts";
import { typeOf } from "../../../code/variables.ts";
import { heldText, indexCalls, indexHeaders, indexText, textHash } from "./key-index-text.ts";
import { counterType, grouped, labelOf, renamed } from "./loop-text.ts";
import { before, offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { countingOf, type KeyPart, keysOf } from "./search-key.ts";
import { withSearchesInLine, writtenAsLoops } from "./searches-in-line.ts";
import { isTextKept, settledElements } from "./settled-elements.ts";

export const indexedSearch: Rewrite = {
  name: "indexed-search",
  idea: "Finds the places of an array that hold a key in a hash index, rather than by walking through the whole array for every key.",
  reference:
    "D. Knuth, The Art of Computer Programming, volume 3, section 6.4; J. Bentley, Writing Efficient Programs, rule: Data Structure Augmentation",
  lessons: {
    faster:
      "Every key was looked for in the whole array, which made the loops quadratic; the index names the places that hold it.",
    slower:
      "The array is so short that walking through it is cheaper, or most of its places hold the same key.",
    wrong: "What the array holds changed while it was searched.",
  },
  changesGrowth: true,
  opportunities(subject) {
    const inLine = withSearchesInLine(subject);
    const found = [subject, ...(inLine ? [inLine] : [])].flatMap((each) => [
      ...reachedFunctions(each).flatMap((definition) =>
        loopsIn(definition).flatMap((loop) => indexed(each, loop)),
      ),
      ...writtenAsLoops(each).flatMap((written) => {
        const own = reachedFunctions(written.subject)
          .flatMap((definition) => loopsIn(definition))
          .filter((loop) => loop.node.startIndex === written.start)
          .flatMap((loop) => indexed(written.subject, loop));
        // Trees lie in memory that nobody collects; the opportunities hold texts.
        written.subject.root.tree.delete();
        return own;
      }),
    ]);
    inLine?.root.tree.delete();
    return found;
  },
};

function indexed(subject: Subject, loop: Loop): Opportunity[] {
  const { count } = loop;
  if (
    !count ||
    loop.depth === 0 ||
    loop.kind !== "for" ||
    count.step !== 1 ||
    !/^<=?$/.test(count.comparison)
  )
    return [];
  // The walk for want of memory that an earlier step left.
  const branch = enclosing(loop.node, ["if_statement"]);
  if (branch && /\.without\)?$/.test(field(branch, "condition")?.text ?? "")) return [];
  if (!startsInside(count, loop) || !arithmeticOf(count.type)) return [];
  const keys = keysOf(loop, count.variable);
  const [key] = keys;
  // C has no hash for floating point at hand.
  if (subject.language === "c" && keys.some(({ kind }) => kind === "floating")) return [];
  const type = counterType(subject, count);
  if (!key || type === undefined) return [];
  const stored = keys.map((each) => each.stored);
  const asked = settledWanted(keys, loop);
  if (!asked) return [];
  for (const region of around(loop)) {
    // Nothing may come between a pragma and its loop, and loops that run side by side cannot fill one index.
    if ([...around(loop), loop].some((each) => contains(region.node, each.node) && isUnderPragma(each.node)))
      continue;
    const assumptions = settledElements(
      stored,
      { variable: count.variable, bound: count.bound },
      region.node,
    );
    if (!assumptions || (count.comparison === "<=" && !isStill(count.bound, region))) continue;
    if (region.node.parent?.type !== "compound_statement") continue;
    return offer(subject, {
      parameters: {},
      place: `${describeLoop(loop)} for ${stored.map((each) => each.text).join(" and ")}`,
      preconditions: ["an array is searched from its start for one key after the other"],
      assumptions: [
        ...new Set([
          ...assumptions,
          `${labelOf(key.stored)} can be read at every place below ${count.bound.text}.`,
          ...(keys.some((each) => isBehindPointer(each))
            ? ["The texts that it points to do not change."]
            : []),
          ...asked,
        ]),
      ],
      edits: edits(subject, { loop, count, keys, region, type }),
    });
  }
  return [];
}

/** What has to be assumed so that the wanted sides stay what they are while the loop runs; undefined where they may not. */
function settledWanted(keys: readonly KeyPart[], loop: Loop): string[] | undefined {
  const assumptions = new Set<string>();
  for (const { wanted, guarded, kind } of keys) {
    const nodes = wanted.map(({ node }) => node);
    const settled = settledElements(nodes, { variable: "", bound: loop.count!.bound }, loop.node);
    if (!settled) return undefined;
    for (const each of settled) assumptions.add(each);
    for (const node of nodes) {
      if (guarded) assumptions.add(`${node.text} can be read whenever the search begins.`);
      const type = typeOf(node);
      if (kind !== "text" || type?.pointers !== 1 || type.dimensions.length > 0) continue;
      if (!isTextKept(node, loop.node)) return undefined;
      assumptions.add(`The text that ${node.text} points to does not change during the search.`);
    }
  }
  return [...assumptions];
}

/** Whether a pragma stands directly before the loop. */
function isUnderPragma(loop: Node): boolean {
  let at = loop.previousNamedSibling;
  while (at?.type === "comment") at = at.previousNamedSibling;
  return at !== null && /^(#\s*pragma|_Pragma)\b/.test(at.text);
}

/** The loops around it, outermost first. */
function around(loop: Loop): Loop[] {
  return loop.parent ? [...around(loop.parent), loop.parent] : [];
}

/** Whether the loop starts at a place that is not negative: at a number, or behind the variable of a loop around it that does. */
function startsInside(count: Count, loop: Loop): boolean {
  const start = polynomial(count.start);
  if (!start) return false;
  const number = constantOf(start);
  if (number !== undefined) return number >= 0;
  const [name, ...more] = [...start.keys()].filter((each) => each !== "");
  if (name === undefined || more.length > 0 || start.get(name) !== 1 || (start.get("") ?? 0) < 0)
    return false;
  const outer = around(loop).find((each) => each.count?.variable === name)?.count;
  return !!outer && typeof outer.step === "number" && outer.step > 0 && startsInside(outer, loop);
}

/** A bound that is reached itself must not be where the array grows. */
function isStill(bound: Node, region: Loop): boolean {
  return find(region.node, "update_expression", "assignment_expression").every(
    (each) => normalised(field(each, "argument") ?? field(each, "left") ?? each) !== normalised(bound),
  );
}

/** A text that lies elsewhere than in the array. */
function isBehindPointer({ stored, kind }: KeyPart): boolean {
  const type = typeOf(stored);
  return kind === "text" && type?.pointers === 1 && type.dimensions.length === 0;
}

interface Search {
  readonly loop: Loop;
  readonly count: Count;
  readonly keys: readonly KeyPart[];
  readonly region: Loop;
  readonly type: string;
}

function edits(subject: Subject, { loop, count, keys, region, type }: Search): Edit[] {
  const { source, language } = subject;
  const taken = new Set<string>();
  const definition = reachedFunctions(subject).find(
    (each) => each.startIndex <= loop.node.startIndex && loop.node.endIndex <= each.endIndex,
  );
  const update = field(loop.node, "update");
  if (!definition || !update || (language !== "c" && language !== "c++")) return [];
  const hashesText = language === "c" && keys.some(({ kind }) => kind === "text");
  const known = helperBefore(subject, "key_index", definition);
  const indexType = known ? "key_index" : freshName(source, "key_index", taken);
  const name = freshName(source, `${labelOf(keys[0]!.stored)}_index`, taken);
  const at = freshName(source, "at", taken);
  const calls = indexCalls(language, indexType, name);
  const inclusive = count.comparison === "<=";
  const size = language === "c" ? "size_t" : "std::size_t";
  const end = `(${size})${grouped(count.bound)}${inclusive ? " + 1" : ""}`;
  const cast = type.replace(/^std::/, "") === "size_t" ? "" : `(${type})`;
  const counter = cast === "" ? count.variable : `(${size})${count.variable}`;
  const hash = (part: (key: KeyPart) => string) =>
    keys.map((key) => part(key)).reduce((sum, next) => `(${sum}) * 0x100000001B3ull + ${next}`);
  const stored = hash((key) =>
    numberOf(key, renamed(subject, key.stored, new Map([[count.variable, at]])), language, indexType),
  );
  const wanted = hash((key) => wantedOf(key, language, indexType));
  const start = count.start.text;
  const first = `${start} ${count.comparison} ${count.bound.text} ? ${cast}${calls.from(wanted, /^\d+$/.test(start) ? start : `(${size})${grouped(count.start)}`, end)} : ${start}`;
  const counting = count.declared ? countingOf(loop, count.variable) : undefined;
  const countedLines = (): string => {
    if (!counting) return "";
    const { reduction, except, key } = counting;
    const target = reduction.target.text;
    const held = calls.held(wanted, /^\d+$/.test(start) ? start : `(${size})${grouped(count.start)}`, end);
    // The place that is left out is among them where it lies in the range and holds the key.
    const there =
      except &&
      `(${[
        `${except.text} >= ${start}`,
        `${except.text} ${count.comparison} ${count.bound.text}`,
        `${numberOf(key, renamed(subject, key.stored, new Map([[count.variable, except.text]])), language, indexType)} == ${wanted}`,
      ].join(" && ")})`;
    const number = there ? `((long)${held} - ${there})` : `(long)${held}`;
    const sum = `${target} ${reduction.negated ? "-" : "+"}= ${number}${reduction.term ? ` * ${reduction.term.text}` : ""};`;
    const inRange = `if (${start} ${count.comparison} ${count.bound.text})`;
    const counted = `${inRange}\n${nested(source, sum)}`;
    return calls.without === ""
      ? counted
      : `if (${calls.without}) {\n${nested(source, outdented(source, loop.node))}\n} else ${counted}`;
  };
  const helpers = [
    ...(known ? [] : [indexText(language, indexType)]),
    ...(counting && language === "c" && !helperBefore(subject, `${indexType}_held`, definition)
      ? [heldText(indexType)]
      : []),
    ...(hashesText && !helperBefore(subject, `${indexType}_of_text`, definition)
      ? [textHash(indexType)]
      : []),
  ];
  const headers = [
    ...indexHeaders[language],
    ...(language === "c++" && keys.some(({ kind }) => kind !== "number") ? ["<functional>"] : []),
    ...(language === "c++" && keys.some(({ kind }) => kind === "text") ? ["<string_view>"] : []),
  ];
  return [
    ...includeEdits(source, subject.root, headers),
    ...(helpers.length > 0 ? [helperEdit(source, definition, helpers.join("\n\n"))] : []),
    insertBefore(source, region.node, calls.declare),
    ...before(
      source,
      loop.node,
      `for (${type} ${at} = ${cast}${calls.count}; ${at} ${count.comparison} ${count.bound.text}; ${at}++)\n${nested(source, `${calls.add(stored, end)};`)}`,
    ),
    ...(counting
      ? [replaceStatement(source, loop.node, countedLines())]
      : [
          replaceNode(count.start, first),
          replaceNode(update, `${count.variable} = ${cast}${calls.after(counter, end)}`),
        ]),
    ...(calls.release === ""
      ? []
      : [
          insertAfter(source, region.node, calls.release),
          ...find(region.node, "return_statement").map((leave) =>
            replaceNode(leave, inPlaceOf(source, leave, [calls.release, leave.text])),
          ),
        ]),
  ];
}

/** Whether an index of an earlier step stands in the file, before the function. */
function helperBefore(subject: Subject, name: string, definition: Node): boolean {
  const at = subject.source.search(
    new RegExp(`^(class ${name} \\{|struct ${name} \\{|static (unsigned long long|size_t) ${name}\\()`, "m"),
  );
  return at !== -1 && at < definition.startIndex;
}

/** The number that stands for a stored key. */
function numberOf(key: KeyPart, text: string, language: "c" | "c++", indexType: string): string {
  if (key.kind === "text")
    return language === "c" ? `${indexType}_of_text(${text})` : `std::hash<std::string_view>{}(${text})`;
  if (key.kind === "floating") return `std::hash<double>{}(${text})`;
  return converted(text, key.bits);
}

function wantedOf(key: KeyPart, language: "c" | "c++", indexType: string): string {
  const [first, ...rest] = key.wanted;
  if (!first) return "0";
  if (key.kind !== "number") return numberOf(key, first.node.text, language, indexType);
  const terms = rest.map(({ sign, node }) => ` ${sign} ${converted(node.text, key.bits)}`).join("");
  const sum = `${first.sign === "-" ? "-" : ""}${converted(first.node.text, key.bits)}${terms}`;
  return rest.length === 0 && first.sign === "+" ? sum : `(${sum})`;
}

function converted(text: string, bits: 32 | 64): string {
  const value = /^\w+$/.test(text) || /^[\w.>\-[\]]+$/.test(text) ? text : `(${text})`;
  return bits === 64 ? `(unsigned long long)${value}` : `(unsigned)${value}`;
}
