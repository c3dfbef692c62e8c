/**
 * What can be counted and asked about a version of a function, so that two versions can be compared.
 */
import type { Node } from "web-tree-sitter";
import { describeLoop, type Loop } from "../../code/loops.ts";
import { field, find, normalised } from "../../code/tree.ts";
import { containerOf } from "../../code/types.ts";
import { variableOf, variablesOf } from "../../code/variables.ts";
import type { Version } from "./version.ts";

/** Sizes of constant tables and of arrays that only the later version has, from 16 places on. */
export function newTables(before: Version, after: Version): number[] {
  const sizes = (version: Version) =>
    [
      ...`${version.text}\n${version.surroundings}`.matchAll(
        /\w \[ (\d+) \] (?:=|;|,)|array < [\w: ]+ , (\d+) >/g,
      ),
    ].map((match) => Number(match[1] ?? match[2]));
  const left = sizes(before);
  return sizes(after).filter((size) => {
    const at = left.indexOf(size);
    if (at !== -1) left.splice(at, 1);
    return at === -1 && size >= 16;
  });
}

/** A loop over the bits of a word: shifts by one that are folded with xor or under a test of one bit. */
export function stepsBits(version: Version): boolean {
  return version.loops.some(
    (loop) =>
      loop.children.length === 0 &&
      /(?:>>|<<)=? 1\b/.test(normalised(loop.node)) &&
      /\^/.test(normalised(loop.node)),
  );
}

export function containersOf(version: Version, name: RegExp): string[] {
  return version.definitions.flatMap((definition) =>
    variablesOf(definition).flatMap(({ type }) => {
      const found = containerOf(type)?.name;
      return found !== undefined && name.test(found) ? [found] : [];
    }),
  );
}

export function nestedVectors(version: Version): number {
  return version.definitions.flatMap((definition) =>
    variablesOf(definition).filter(
      ({ kind, type }) => kind === "local" && /vector<.*vector</.test(type.base.replace(/\s/g, "")),
    ),
  ).length;
}

/** Whether a function reaches itself, directly or through another. */
export function isRecursive(version: Version): boolean {
  const names = version.definitions.map((definition) => nameOf(definition));
  const callees = version.definitions.map((definition) =>
    find(definition, "call_expression").map((call) => names.indexOf(field(call, "function")?.text ?? "")),
  );
  const reaches = (from: number, target: number, seen: Set<number>): boolean =>
    (callees[from] ?? []).some((next) => {
      if (next === target) return true;
      if (next === -1 || seen.has(next)) return false;
      return reaches(next, target, seen.add(next));
    });
  return names.some((_, index) => reaches(index, index, new Set()));
}

function nameOf(definition: Node): string | undefined {
  const declarator = find(definition, "function_declarator")[0];
  return declarator && field(declarator, "declarator")?.text;
}

/** Places to keep results in: maps, and memory that is allocated. */
export function results(version: Version): number {
  return containersOf(version, /^(unordered_)?map$/).length + version.count(/\b(?:malloc|calloc) \(/);
}

/** A call that stands in fewer loops than before and is made as often in the text: it was moved out of a loop. */
export function movedOut(before: Version, after: Version): boolean {
  if (after.definitions.length > before.definitions.length || after.depth < before.depth) return false;
  return [...before.called].some(([name, was]) => {
    const is = after.called.get(name);
    const told = !name.startsWith(".") || /^\.(?:size|length)$/.test(name);
    return told && is !== undefined && is.count === was.count && is.depth < was.depth;
  });
}

/** Whether a loop folds, or makes each value from the one before. */
export function carriesOn(version: Version): boolean {
  return version.reductions.length > 0 || version.phrases.has("each iteration needs the one before");
}

/** Loops inside others that go on where they stopped: their header sets nothing. */
export function resumedLoops(version: Version): number {
  return version.loops.filter(
    (loop) => loop.parent && loop.node.type === "for_statement" && !field(loop.node, "initializer"),
  ).length;
}

export function outermost(version: Version): number {
  return version.loops.filter((loop) => loop.depth === 0).length;
}

/** How far every loop runs, in no order. */
export function boundsOf(version: Version): string {
  return version.loops
    .map((loop) => (loop.count ? normalised(loop.count.bound) : normalised(loop.node)))
    .toSorted()
    .join();
}

export function foldsIntoElements(version: Version): number {
  return version.reductions.filter(({ reduction: { target } }) =>
    /^(?:subscript|pointer)_expression$/.test(target.type),
  ).length;
}

export function grows(version: Version): boolean {
  return version.callsInLoops(/^\.(?:push_back|emplace_back|insert|append)$/) > 0;
}

export function textGrows(version: Version): number {
  return version.count(/\b\w+ \+= /) + version.calls(/^\.(?:append|push_back)$/);
}

export function references(version: Version): number {
  return version.count(/\bconst [\w:<>, ]+? & ?\w+|\bauto && ?\w+/);
}

export function copies(version: Version): number {
  return (
    version.count(/\bfor \( (?:const )?(?:auto|std :: string|std :: vector < [\w: ]+ >) \w+ :/) +
    version.count(/(?:^|[;{}(,] )(?:const )?std :: (?:string|vector < [\w: ]+ >) \w+ (?:=|,|\))/)
  );
}

export function remainders(version: Version): number {
  return version.count(/ %=? /);
}

/** The first loop of a kind that the earlier version has fewer of. */
export function newLoop(before: Version, after: Version, is: (loop: Loop) => boolean): string | undefined {
  const found = after.loops.filter(is);
  const [first] = found;
  return first && found.length > before.loops.filter(is).length ? describeLoop(first) : undefined;
}

/** What a for loop's header adds, where that is more than one. */
function strideOf(loop: Loop): { variable: string; step: string } | undefined {
  const update = loop.node.type === "for_statement" ? field(loop.node, "update") : undefined;
  const [, variable, added, same, sum] =
    /^(\w+) (?:\+= (\w+)|= (\w+) \+ (\w+))$/.exec(update ? normalised(update) : "") ?? [];
  const step = added ?? (same === variable ? sum : undefined);
  return variable !== undefined && step !== undefined && step !== "1" ? { variable, step } : undefined;
}

/** It steps over blocks, and a loop inside runs through one: from where the block begins. */
export function isTileLoop(loop: Loop): boolean {
  const stride = strideOf(loop);
  return (
    stride !== undefined &&
    find(loop.body, "for_statement").some((inner) => {
      const start = field(inner, "initializer");
      return (
        start !== undefined &&
        new RegExp(`= ${stride.variable}\\b ?[;,]?$|= ${stride.variable} ;?`).test(normalised(start))
      );
    })
  );
}

/** It takes several iterations at once, whose copies stand side by side in its body. */
export function isUnrolled(loop: Loop): boolean {
  const stride = strideOf(loop);
  if (!stride || isTileLoop(loop)) return false;
  return new RegExp(`\\b${stride.variable} \\+ (?:1|\\w+)\\b`).test(normalised(loop.body));
}

/** A loop over the lanes of an unrolled one. */
export function isLane(loop: Loop): boolean {
  return loop.children.length === 0 && /< (?:2|4|8|16|32) ;/.test(normalised(loop.node));
}

/** Most accumulators of one kind that one loop folds into while it takes several iterations at once. */
export function accumulators(version: Version): number {
  const lanes = version.loops.some(
    (loop) =>
      isUnrolled(loop) &&
      loop.children.some((child) => isLane(child) && /\[ \w+ \] [-+*|&^]?= /.test(normalised(child.body))),
  )
    ? 2
    : 0;
  const unrolled = version.loops.filter((loop) => strideOf(loop) !== undefined && loop.children.length === 0);
  const counts = unrolled.map((loop) => {
    const kinds = new Map<string, Set<string>>();
    for (const { reduction } of version.reductions.filter((each) => each.loop === loop))
      kinds.set(reduction.kind, (kinds.get(reduction.kind) ?? new Set()).add(reduction.name));
    return Math.max(0, ...[...kinds.values()].map((names) => names.size));
  });
  return Math.max(lanes, ...counts);
}

export function localArrays(version: Version): number {
  return version.definitions.flatMap((definition) =>
    variablesOf(definition).filter(
      ({ kind, type }) =>
        kind === "local" &&
        (type.dimensions.length > 0 ||
          containerOf(type)?.name === "vector" ||
          containerOf(type)?.name === "array"),
    ),
  ).length;
}

/** Bounds and variables of a loop and those around it, outermost first; undefined where one of them does not count. */
function nestOf(loop: Loop): { variables: string[]; bounds: string[] } | undefined {
  const nest = { variables: [] as string[], bounds: [] as string[] };
  for (let at: Loop | undefined = loop; at; at = at.parent) {
    if (!at.count) return undefined;
    nest.variables.unshift(at.count.variable);
    nest.bounds.unshift(`${at.count.comparison} ${normalised(at.count.bound)}`);
  }
  return nest;
}

/**
 * The same loops in another order: by their bounds or, where those are alike, by their variables, with the innermost one walking
 * through memory in another way.
 */
export function interchanged(before: Version, after: Version): string | undefined {
  const nests = (version: Version) =>
    version.loops.filter((loop) => loop.children.length === 0).flatMap((loop) => ({ loop, ...nestOf(loop) }));
  const [old, made] = [nests(before), nests(after)];
  for (const { loop, variables, bounds } of made) {
    if (!variables || !bounds || variables.length < 2) continue;
    if (
      old.some((each) => each.bounds?.join() === bounds.join() && each.variables?.join() === variables.join())
    )
      continue;
    const alike = old.find(
      (each) =>
        each.bounds &&
        each.variables &&
        each.bounds.toSorted().join() === bounds.toSorted().join() &&
        (each.bounds.join() !== bounds.join() ||
          (each.variables.join() !== variables.join() &&
            each.variables.toSorted().join() === variables.toSorted().join() &&
            stridesByRow(before) !== stridesByRow(after))),
    );
    if (alike) return describeLoop(loop);
  }
  return undefined;
}

function stridesByRow(version: Version): boolean {
  return version.phrases.has("inner loop strides by a row");
}

export function loopsUnderBranches(version: Version): number {
  return version.definitions.flatMap((definition) =>
    find(definition, "if_statement").filter(
      (branch) => find(branch, "for_statement", "while_statement", "for_range_loop").length > 0,
    ),
  ).length;
}

/** Sums that are kept behind a reference, in a member or in a global. */
export function sharedTargets(version: Version): number {
  return version.reductions.filter(({ reduction: { target } }) => {
    const variable = rootOf(target);
    if (target.type === "field_expression") return true;
    return (
      target.type === "identifier" && (!variable || variable.kind === "global" || variable.type.reference)
    );
  }).length;
}

function rootOf(target: Node) {
  const identifier = find(target, "identifier")[0];
  return identifier && variableOf(identifier);
}

export function branches(version: Version): number {
  return version.loops
    .filter((loop) => loop.children.length === 0)
    .flatMap((loop) => find(loop.body, "if_statement")).length;
}
