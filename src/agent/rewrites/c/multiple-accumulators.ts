/**
 * Folds a sum (or product, minimum, maximum) in several lanes that do not wait for each other, and folds the lanes at the end. The compiler may
 * not do that by itself, because floating-point addition is not associative.
 *
 *     for (i …) s += a[i]*b[i];   →   for (i …; i += 4) for (lane < 4) lanes[lane] += a[i+lane]*b[i+lane];
 *                                     for (rest) s += a[i]*b[i];
 *                                     s += lanes[0] + …;
 *
 * Legal up to rounding: the terms are added in another order. The short loop over the lanes is unrolled by compilers and then
 * becomes one vector operation.
 */
import type { Node } from "web-tree-sitter";
import { block, freshName, replaceNode, textWith } from "../../../code/edit.ts";
import { noOverlap, reordered } from "../../../code/dependences.ts";
import { effectsOf } from "../../../code/effects.ts";
import {
  type Count,
  describeLoop,
  isPlain,
  isConfined,
  type Loop,
  loopsIn,
  tripCount,
} from "../../../code/loops.ts";
import { type Reduction, reductionsOf } from "../../../code/reductions.ts";
import { find, normalised } from "../../../code/tree.ts";
import { arithmeticOf, spellType } from "../../../code/types.ts";
import { variableOf } from "../../../code/variables.ts";
import { indexedRange } from "./indexed-range.ts";
import { labelOf, linesOf, mayRename, renaming, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";
import { unrolledLines } from "./unrolled.ts";

type Counted = Loop & { readonly count: Count };

export const multipleAccumulators: Rewrite = {
  name: "multiple-accumulators",
  idea: "Folds a floating-point sum in several lanes, so that additions do not wait for each other and can be vectorised.",
  reference:
    "R. Bryant, D. O'Hallaron, Computer Systems: A Programmer's Perspective, 3rd ed., 2015, section 5.9",
  lessons: {
    faster:
      "Each addition had to wait for the one before it; lanes of their own let several run at once and in vector registers.",
    slower:
      "The loop was limited by memory or by something else than the sum's latency, or was too short to fill the lanes.",
    wrong: "The sum is too sensitive to the order of its terms for the tolerance.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => {
      const range = loop.kind === "range" ? indexedRange(subject, loop) : undefined;
      return range ? lanes(range.subject, range.loop, describeLoop(loop)) : lanes(subject, loop);
    });
  },
};

const counts = [8, 16, 4];
/** Loops that are known to be shorter are left to the compiler, which unrolls them whole. */
const shortest = 64;

function lanes(subject: Subject, loop: Loop, place = describeLoop(loop)): Opportunity[] {
  if (!isPlain(loop) || loop.children.length > 0 || loop.leavesEarly || loop.hasUnknownCalls) return [];
  if (!isConfined(loop, subject.function) || !mayRename(loop.body, loop.count.variable)) return [];
  if ((tripCount(loop) ?? shortest) < shortest) return [];
  const reductions = foldedPlaces(loop);
  if (reductions.length === 0 || !writesNothingElse(loop, reductions)) return [];
  return counts.flatMap((count) => {
    const lines = written(subject, loop, reductions, count);
    if (lines === undefined) return [];
    return offer(subject, {
      parameters: { count },
      place,
      preconditions: [
        ...new Set(reductions.map((reduction) => `floating-point ${reduction.kind} in the inner loop`)),
      ],
      assumptions: [reordered, ...(reductions.some((reduction) => reduction.inMemory) ? [noOverlap] : [])],
      edits: [replaceByLines(subject, loop.node, lines)],
    });
  });
}

/** One for each place that is folded into, a scalar or an element; floating point alone, since compilers reorder integers themselves. */
function foldedPlaces(loop: Counted): Reduction[] {
  const seen = new Set<string>();
  return reductionsOf(loop).filter((reduction) => {
    if (!reduction.floating || seen.has(reduction.name)) return false;
    if (reduction.target.type === "identifier" && !variableOf(reduction.target)) return false;
    seen.add(reduction.name);
    return true;
  });
}

function writesNothingElse(loop: Loop, reductions: readonly Reduction[]): boolean {
  const effects = effectsOf(loop.body);
  return effects.accesses.every((access) => {
    if (!access.writes) return true;
    if (reductions.some((reduction) => reduction.name === normalised(access.node))) return true;
    return access.kind === "variable" && effects.declared.has(access.root);
  });
}

const identities: Readonly<Record<string, string>> = { sum: "0", product: "1" };

function written(
  subject: Subject,
  loop: Counted,
  reductions: readonly Reduction[],
  count: number,
): string | undefined {
  const { source } = subject;
  const taken = new Set<string>();
  const lane = freshName(source, "lane", taken);
  const places = new Map<string, string>();
  const names = new Map([[loop.count.variable, `(${loop.count.variable} + ${lane})`]]);
  const [before, after]: [string[], string[]] = [[], []];
  const each = `for (int ${lane} = 0; ${lane} < ${count}; ${lane}++)`;
  for (const reduction of reductions) {
    const array = freshName(source, `${labelOf(reduction.target)}_lanes`, taken);
    places.set(reduction.name, `${array}[${lane}]`);
    if (!reduction.type || !arithmeticOf(reduction.type)) return undefined;
    const start = identities[reduction.kind] ?? reduction.target.text;
    before.push(
      `${spellType({ ...reduction.type, constant: false })} ${array}[${count}];`,
      block(source, each, `${array}[${lane}] = ${start};`),
    );
    after.push(block(source, each, folded(reduction, `${array}[${lane}]`)));
  }
  const parts =
    loop.body.type === "compound_statement"
      ? loop.body.namedChildren.filter((part) => part.type !== "comment")
      : [loop.body];
  const body = parts.map((part) => inLane(subject, part, names, places)).join("\n");
  if (body.trim() === "" || linesOf(subject, loop.body).trim() === "") return undefined;
  return unrolledLines(subject, loop, {
    factor: count,
    main: block(source, each, body),
    before: before.join("\n"),
    after: after.join("\n"),
  });
}

/** A statement of the body with the lane's index and the lane's own sums in it. */
function inLane(
  subject: Subject,
  part: Node,
  names: ReadonlyMap<string, string>,
  places: ReadonlyMap<string, string>,
): string {
  const targets = find(
    part,
    "identifier",
    "subscript_expression",
    "pointer_expression",
    "field_expression",
  ).filter((node) => places.has(normalised(node)));
  const edits = targets.map((node) => replaceNode(node, places.get(normalised(node)) ?? ""));
  const others = renaming(part, names).filter(
    (edit) => !targets.some((node) => node.startIndex <= edit.start && edit.end <= node.endIndex),
  );
  return withoutOwnIndentation(subject, part, textWith(part, [...edits, ...others]));
}

function folded({ kind, target }: Reduction, value: string): string {
  const name = target.text;
  if (kind === "product") return `${name} *= ${value};`;
  if (kind === "minimum") return `${name} = ${value} < ${name} ? ${value} : ${name};`;
  if (kind === "maximum") return `${name} = ${name} < ${value} ? ${value} : ${name};`;
  return `${name} += ${value};`;
}
