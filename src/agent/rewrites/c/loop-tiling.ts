/**
 * Runs a nest tile by tile, so that what a tile touches stays in the cache until it is used again.
 *
 *     for (i < n)                     for (it += 32) for (jt += 32)
 *       for (j < m)              →      for (i = it … it + 32)
 *         b[j*n + i] = a[i*m + j];        for (j = jt … jt + 32)
 *                                           b[j*n + i] = a[i*m + j];
 *
 * Legal where no dependence runs backwards in any loop of the nest (it is fully permutable).
 */
import type { Node } from "web-tree-sitter";
import { block, freshName } from "../../../code/edit.ts";
import { mayTile } from "../../../code/dependences.ts";
import { elementsOf, mentions } from "../../../code/effects.ts";
import { strideOf } from "../../../code/linear.ts";
import {
  type Count,
  describeLoop,
  isConfined,
  isPlain,
  type Loop,
  loopsIn,
  perfectChild,
  perfectNest,
  tripCount,
} from "../../../code/loops.ts";
import { reductionsOf } from "../../../code/reductions.ts";
import { field } from "../../../code/tree.ts";
import { jumpsByRows } from "./locality.ts";
import { isRectangular } from "./loop-interchange.ts";
import { bodyOf, counterType, grouped, headerOf, replaceByLines } from "./loop-text.ts";
import { offer } from "../offer.ts";
import type { Opportunity, Rewrite, Subject } from "../rewrite.ts";

type Counted = Loop & { readonly count: Count };

export const loopTiling: Rewrite = {
  name: "loop-tiling",
  idea: "Runs a nest of loops in tiles that fit into the cache, so that data are used again before they are thrown out.",
  reference: "M. Wolf, M. Lam, A Data Locality Optimizing Algorithm, PLDI 1991",
  lessons: {
    faster:
      "The nest came back to the same data only after more than a cache's worth of others; within a tile they are still there.",
    slower:
      "The data fit into the cache without tiles, or the short inner loops cost more than the misses that they save.",
    wrong: "An iteration needed a value from a later tile, or the sums were too sensitive to their order.",
  },
  opportunities(subject) {
    return loopsIn(subject.function).flatMap((loop) => tilings(subject, loop));
  },
};

const tiles = [64, 32, 16];

function tilings(subject: Subject, top: Loop): Opportunity[] {
  if (top.parent && perfectChild(top.parent)?.count && top.parent.count) return [];
  const nest = perfectNest(top);
  const last = nest.at(-1);
  if (!last || nest.length < 2 || nest.length > 4 || !isRectangular(nest)) return [];
  if (
    !nest.every(
      (loop) => isPlain(loop) && isConfined(loop, subject.function) && !isStrip(loop) && !loop.leavesEarly,
    )
  )
    return [];
  if (nest.some((loop) => (tripCount(loop) ?? 1000) < 16) || !comesBack(nest, last)) return [];
  const legality = mayTile(
    last.body,
    nest.map((loop) => loop.count.variable),
    reductionsOf(top),
  );
  if (!legality.legal) return [];
  const bands = nest.length === 2 ? [nest] : [nest.slice(-2), nest];
  return bands.flatMap((band) =>
    tiles.flatMap((tile) => {
      const lines = tiled(subject, nest, band, tile);
      if (lines === undefined) return [];
      return offer(subject, {
        parameters: { tile, loops: band.map((loop) => loop.count.variable).join(" ") },
        place: describeLoop(last),
        preconditions: [
          ...(nest.some((loop) => jumpsByRows(last.body, loop.count.variable))
            ? ["a loop of the nest strides by a row"]
            : []),
          "loops nested with nothing between",
        ],
        assumptions: legality.assumptions,
        edits: [replaceByLines(subject, top.node, lines)],
      });
    }),
  );
}

/** Whether the nest touches something again in a later pass of an outer loop: an element, or another part of its cache line. */
function comesBack(nest: readonly Counted[], last: Loop): boolean {
  return elementsOf(last.body).some((access) => {
    const strides = nest.map((loop) => strideOf(access.subscripts, loop.count.variable, last.body).kind);
    return (
      strides.slice(0, -1).some((stride) => stride === "none" || stride === "unit") &&
      strides.at(-1) !== "none"
    );
  });
}

/** Whether the loop already runs over a part: it starts at the variable of a loop around it. */
function isStrip(loop: Counted): boolean {
  for (let outer = loop.parent; outer; outer = outer.parent) {
    if (
      outer.count &&
      typeof outer.count.step === "number" &&
      outer.count.step > 1 &&
      mentions(loop.count.start, outer.count.variable)
    )
      return true;
  }
  return false;
}

function tiled(
  subject: Subject,
  nest: readonly Counted[],
  band: readonly Counted[],
  tile: number,
): string | undefined {
  const taken = new Set<string>();
  const names = new Map<Counted, { type: string; start: string; end: string }>();
  for (const loop of band) {
    const type = counterType(subject, loop.count);
    if (type === undefined) return undefined;
    const { variable } = loop.count;
    names.set(loop, {
      type,
      start: freshName(subject.source, `${variable}_tile`, taken),
      end: freshName(subject.source, `${variable}_end`, taken),
    });
  }
  let lines = bodyOf(subject, nest.at(-1)!);
  for (const loop of nest.toReversed()) {
    const name = names.get(loop);
    lines = block(subject.source, name ? stripHeader(loop, name) : headerOf(loop), lines);
  }
  const ends = band.map((loop) => {
    const { type, start, end } = names.get(loop)!;
    const bound = grouped(loop.count.bound);
    return `const ${type} ${end} = ${bound} - ${start} < ${tile} ? ${bound} : ${start} + ${loop.count.comparison === "<" ? tile : tile - 1};`;
  });
  lines = `${ends.join("\n")}\n${lines}`;
  for (const loop of band.toReversed()) {
    const { type, start } = names.get(loop)!;
    const { count } = loop;
    lines = block(
      subject.source,
      `for (${type} ${start} = ${count.start.text}; ${start} ${count.comparison} ${count.bound.text}; ${start} += ${tile})`,
      lines,
    );
  }
  return lines;
}

function stripHeader(
  { node, count }: Counted,
  { type, start, end }: { type: string; start: string; end: string },
): string {
  const update: Node | undefined = field(node, "update");
  return `for (${count.declared ? `${type} ` : ""}${count.variable} = ${start}; ${count.variable} ${count.comparison} ${end}; ${update?.text ?? `${count.variable}++`})`;
}
