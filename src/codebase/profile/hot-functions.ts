/**
 * From samples to a table of the repository's functions: own time, share of the whole, and what a gain would be worth.
 */
import { isCompiled } from "../../code/language.ts";
import type { FunctionPlace } from "../functions/sources.ts";
import type { Place, Sample } from "./profiler.ts";

export interface HotFunction {
  readonly file: string;
  /** As `FILE:FUNCTION` takes it. */
  readonly function: string;
  readonly line: number;
  readonly ownMs: number;
  /** Of all that was sampled, 0…1. */
  readonly share: number;
  /** The speedup of the whole benchmark where this function alone becomes twice as fast (Amdahl, AFIPS 1967). */
  readonly wholeIfTwice: number;
}

export interface Profile {
  /** What was sampled: CPU time of all processes. */
  readonly totalMs: number;
  /** The dearest first. */
  readonly functions: readonly HotFunction[];
  /** Time in nothing that the repository defines, by where it was spent; the dearest first. */
  readonly elsewhere: readonly { readonly name: string; readonly ownMs: number; readonly share: number }[];
}

/** The speedup of a whole of which this share becomes so much faster (Amdahl, AFIPS 1967). */
export function amdahl(share: number, speedup: number): number {
  return 1 / (1 - share + share / speedup);
}

/** `functions`: all of the repository, with the names by which they are found; `rewritten`: files that its build writes, and `ofBenchmark` those that are the benchmark itself, which nobody is to change. */
export function hotFunctions(
  samples: readonly Sample[],
  functions: readonly { readonly place: FunctionPlace; readonly name: string }[],
  rewritten: ReadonlySet<string> = new Set(),
  ofBenchmark: (file: string) => boolean = () => false,
): Profile {
  const whyNot = ({ file }: FunctionPlace): string | undefined =>
    rewritten.has(file)
      ? `${file}, which the build writes`
      : ofBenchmark(file)
        ? `${file}, the benchmark`
        : undefined;
  const byFile = groupBy(functions, ({ place }) => place.file);
  const byName = groupBy(functions, ({ place }) => place.definition.name);
  const own = new Map<(typeof functions)[number], number>();
  const elsewhere = new Map<string, number>();
  let totalMs = 0;
  for (const { ms, candidates, outside } of samples) {
    totalMs += ms;
    const found = candidates.map(find).find((each) => each !== undefined);
    const left = found && whyNot(found.place);
    if (found && left === undefined) own.set(found, (own.get(found) ?? 0) + ms);
    else {
      const where = left ?? outside;
      elsewhere.set(where, (elsewhere.get(where) ?? 0) + ms);
    }
  }
  const share = (ms: number): number => (totalMs === 0 ? 0 : ms / totalMs);
  return {
    totalMs,
    functions: [...own]
      .map(([{ place, name }, ownMs]) => ({
        file: place.file,
        function: name,
        line: place.firstLine,
        ownMs,
        share: share(ownMs),
        wholeIfTwice: amdahl(share(ownMs), 2),
      }))
      .toSorted(
        (a, b) => b.ownMs - a.ownMs || (`${a.file}:${a.function}` < `${b.file}:${b.function}` ? -1 : 1),
      ),
    elsewhere: [...elsewhere]
      .map(([name, ownMs]) => ({ name, ownMs, share: share(ownMs) }))
      .toSorted((a, b) => b.ownMs - a.ownMs || (a.name < b.name ? -1 : 1)),
  };

  function onlyOneNamed(name: string): (typeof functions)[number] | undefined {
    if (standard.test(qualified(name))) return undefined;
    const alike = byName.get(plainName(name)) ?? [];
    return (
      onlyOne(alike) ??
      onlyOne(alike.filter(({ place }) => place.definition.qualifiedName === qualified(name)))
    );
  }

  /** By its line where file and line are known; else by its name, where only one function fits. */
  function find({ name, file, line }: Place): (typeof functions)[number] | undefined {
    const inFiles =
      file === undefined ? undefined : filesLike(file, byFile).flatMap((each) => byFile.get(each) ?? []);
    if (inFiles && line !== undefined) {
      const around = inFiles
        .filter(({ place }) => place.firstLine <= line && line <= place.lastLine)
        .toSorted((a, b) => length(a.place) - length(b.place));
      const [smallest] = around;
      const called = around.find(({ place }) => place.definition.name === plainName(name));
      // `addr2line` may name the file that includes a header in its place, with the header's lines.
      const misplaced =
        inFiles.length > 0 && (smallest === undefined || isCompiled(smallest.place.language))
          ? onlyOneNamed(name)
          : undefined;
      return called ?? misplaced ?? smallest;
    }
    // A repository's own `insert` is not the standard library's.
    if (standard.test(qualified(name))) return undefined;
    const plain = plainName(name);
    const alike = (inFiles ?? byName.get(plain) ?? []).filter(({ place }) => place.definition.name === plain);
    return alike.length === 1
      ? alike[0]
      : alike.find(({ place }) => place.definition.qualifiedName === qualified(name));
  }
}

/** The repository's files that a path may mean: symbol tables keep the name alone, builds in folders of their own begin with dots. */
function filesLike(file: string, byFile: ReadonlyMap<string, unknown>): string[] {
  if (byFile.has(file)) return [file];
  if (file.startsWith("/")) return [];
  const plain = file.replace(/^(?:\.\.?\/)+/, "");
  return [...byFile.keys()].filter((known) => known === plain || known.endsWith(`/${plain}`));
}

const standard = /^(?:std|__gnu_cxx)::/;

function onlyOne<Item>(items: readonly Item[] | undefined): Item | undefined {
  return items?.length === 1 ? items[0] : undefined;
}

function length(place: FunctionPlace): number {
  return place.lastLine - place.firstLine;
}

/** Without parameters, template arguments, clones' endings and scopes: `f` of `ns::f<int>(int) [clone .part.0]`. */
function plainName(name: string): string {
  return qualified(name).split("::").at(-1) ?? name;
}

function qualified(name: string): string {
  const bare = name
    .replace(/\s*\[clone [^\]]*\]/g, "")
    .replace(/\.(?:part|isra|constprop|cold|lto_priv)(?:\.\d+)*/g, "");
  let depth = 0;
  let kept = "";
  for (const character of bare) {
    if (character === "(" && depth === 0 && kept !== "") break;
    if (character === "<") depth += 1;
    if (depth === 0) kept += character;
    if (character === ">") depth = Math.max(0, depth - 1);
  }
  return kept.trim().split(/\s+/).at(-1) ?? kept;
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
