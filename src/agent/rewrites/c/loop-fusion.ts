/**
 * Joins two loops that follow one another and count alike, so that what the first leaves in registers and cache serves the second, and
 * counting is paid once.
 *
 *     for (i …) a[i] = f(i);
 *     for (i …) b[i] = g(a[i]);   →   for (i …) { a[i] = f(i); b[i] = g(a[i]); }
 *
 * Legal where no iteration of the second needs a later one of the first.
 */
import { applyEdits, block, type Edit, textWith } from "../../../code/edit.ts";
import { mayFollow } from "../../../code/dependences.ts";
import { effectsOf, mentions } from "../../../code/effects.ts";
import { equal, polynomial } from "../../../code/linear.ts";
import {
  type Count,
  describeLoop,
  isConfined,
  isCounted,
  isInvariant,
  type Loop,
  loopsIn,
} from "../../../code/loops.ts";
import { find, normalised, same } from "../../../code/tree.ts";
import { bodyOf, headerOf, mayRename, renaming, replaceByLines, withoutOwnIndentation } from "./loop-text.ts";
import { offer, reopened } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

type Counted = Loop & { readonly count: Count };

export const loopFusion: Rewrite = {
  name: "loop-fusion",
  idea: "Joins neighbouring loops over the same range, so that data are passed through once.",
  reference:
    "K. Kennedy, K. McKinley, Maximizing Loop Parallelism and Improving Data Locality via Loop Fusion and Distribution, LCPC 1993",
  lessons: {
    faster:
      "Both loops passed through the same data; joined, each element is loaded once, and the loop's own cost is paid once.",
    slower:
      "The joined loop uses too many registers or streams, or one of its parts kept the other from being vectorised.",
    wrong: "The second loop needed something that the first had not finished yet.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((first) => {
      const second = follower(subject, first);
      return second ? fuse(subject, first, second) : [];
    });
  },
};

/** The loop right after this one in the same block. */
function follower(subject: Subject, first: Loop): Loop | undefined {
  if (first.node.parent?.type !== "compound_statement") return undefined;
  let next = first.node.nextNamedSibling;
  while (next?.type === "comment") next = next.nextNamedSibling;
  return next ? loopsIn(subject.function).find((loop) => same(loop.node, next)) : undefined;
}

function fuse(subject: Subject, first: Loop, second: Loop): Opportunity[] {
  if (!isCounted(first) || !isCounted(second) || first.kind !== "for" || second.kind !== "for") return [];
  if (
    !countAlike(first, second) ||
    first.leavesEarly ||
    second.leavesEarly ||
    first.hasContinue ||
    second.hasContinue
  )
    return [];
  if (!isConfined(first, subject.function) || !isConfined(second, subject.function)) return [];
  const [own, other] = [first.count.variable, second.count.variable];
  if (own !== other && (mentions(second.body, own) || !mayRename(second.body, other))) return [];
  // The second's bounds must be what they were before the first ran.
  if (![second.count.start, second.count.bound].every((bound) => isInvariant(bound, first.node))) return [];
  const legality =
    own === other
      ? mayFollow(first.statements, second.statements, own)
      : renamedLegality(subject, first, second);
  if (!legality.legal) return [];
  return offer(subject, {
    parameters: {},
    place: `${describeLoop(first)} and the loop after it`,
    preconditions: [
      "neighbouring loops over the same range",
      ...(shareArrays(first, second) ? ["both loops use the same array"] : []),
    ],
    assumptions: legality.assumptions,
    edits: fused(subject, first, second),
  });
}

function countAlike(first: Counted, second: Counted): boolean {
  const [a, b] = [first.count, second.count];
  if (a.comparison !== b.comparison || a.step !== b.step || a.type?.base !== b.type?.base) return false;
  return alike(a.start, b.start) && alike(a.bound, b.bound);
}

function alike(a: Count["bound"], b: Count["bound"]): boolean {
  if (normalised(a) === normalised(b)) return true;
  const [x, y] = [polynomial(a), polynomial(b)];
  return x !== undefined && y !== undefined && equal(x, y);
}

/** Loops that name their variables differently are compared after renaming, in a copy of the file. */
function renamedLegality(subject: Subject, first: Counted, second: Counted): ReturnType<typeof mayFollow> {
  const text = applyEdits(
    subject.source,
    renaming(second.node, new Map([[second.count.variable, first.count.variable]])),
  );
  const copy = reopened(subject, text);
  const again = copy && loopsIn(copy.function).filter(isCounted);
  const own = again?.find((loop) => loop.node.startIndex === first.node.startIndex);
  const next = copy && own && follower(copy, own);
  if (!own || !next) return { legal: false, assumptions: [] };
  return mayFollow(own.statements, next.statements, own.count.variable);
}

function shareArrays(first: Loop, second: Loop): boolean {
  const bases = new Set(
    effectsOf(first.body)
      .accesses.filter((access) => access.kind === "element")
      .map((access) => access.base),
  );
  return effectsOf(second.body).accesses.some(
    (access) => access.kind === "element" && bases.has(access.base),
  );
}

function fused(subject: Subject, first: Counted, second: Counted): Edit[] {
  const names = new Map([[second.count.variable, first.count.variable]]);
  const declared = effectsOf(first.body).declared;
  const clash =
    [...effectsOf(second.body).declared].some((name) => declared.has(name) || mentions(first.body, name)) ||
    [...declared].some((name) =>
      find(second.body, "identifier").some((identifier) => identifier.text === name),
    );
  const own = second.count.variable === first.count.variable;
  const later = own ? bodyOf(subject, second) : secondLines(subject, second, names);
  const lines = `${bodyOf(subject, first)}\n${clash ? block(subject.source, "", later) : later}`;
  // Comments between the two stay where they are, below the joined loop's place.
  const gap = subject.source.slice(first.node.endIndex, second.node.startIndex).trimEnd();
  return [
    replaceByLines(subject, first.node, block(subject.source, headerOf(first), lines)),
    { start: first.node.endIndex + gap.length, end: second.node.endIndex, text: "" },
  ];
}

function secondLines(subject: Subject, second: Counted, names: ReadonlyMap<string, string>): string {
  const parts = second.body.type === "compound_statement" ? second.body.namedChildren : [second.body];
  return parts
    .map((part) => withoutOwnIndentation(subject, part, textWith(part, renaming(part, names))))
    .join("\n");
}
