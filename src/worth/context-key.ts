/**
 * Where a lesson was earned against where it would be used. A few differences forbid showing it (hard); the others make it less certain (soft):
 * each adds variance to the log-speedup. No difference scales an effect or throws evidence away.
 */
import { carriesOver } from "../code/language.ts";
import type { LessonContext } from "../lesson/lesson.ts";

/** Where these differ, a lesson is not shown. */
export interface HardContext {
  /** `x86-64` or `arm64`: intrinsics of one do not exist on the other. */
  readonly architecture: string;
  readonly threads: "one" | "several";
  /** Where a flag that only one compiler knows takes part: that compiler. */
  readonly compiler?: "gcc" | "clang";
}

/** Flags that the other compiler refuses. */
const onlyClang = /^-(?:mllvm|stdlib=|Weverything|Rpass|fvectorize|fslp-vectorize-|fexperimental|Xclang)/;
const onlyGcc =
  /^-(?:-param|fipa-pta|fgcse|floop-|fgraphite|ftree-loop-|fprefetch-loop|frename-registers|fmodulo-sched|fwhole-program|fsplit-loops|fpeel-loops)/;

export function hardContext({ isa, threads, flags }: LessonContext): HardContext {
  const forced = flags.some((flag) => onlyClang.test(flag))
    ? "clang"
    : flags.some((flag) => onlyGcc.test(flag))
      ? "gcc"
      : undefined;
  return {
    architecture: architectureOf(isa),
    threads: threads > 1 ? "several" : "one",
    ...(forced && { compiler: forced }),
  };
}

/**
 * Whether a general lesson may be shown here at all. What was seen in C holds for C++, which contains it; what was seen in C++ alone may
 * rest on a library that C does not have.
 */
export function mayBeShown(
  general: HardContext & { readonly languages: readonly LessonContext["language"][] },
  here: LessonContext,
): boolean {
  const { architecture, threads } = hardContext(here);
  return (
    general.architecture === architecture &&
    general.threads === threads &&
    (general.compiler === undefined || general.compiler === compilerFamily(here.compiler)) &&
    general.languages.some((language) => carriesOver(language, here.language))
  );
}

/** What makes a lesson less certain where it differs. */
export type SoftFeature =
  | "language"
  | "processor"
  | "vectors"
  | "compiler"
  | "compilerVersion"
  | "flags"
  | "size";

export type ContextVariances = Readonly<Record<SoftFeature, number>>;

/**
 * Variances that a difference adds to the log-speedup, where nothing was measured in two contexts. They are beliefs, ordered by how much of the
 * machine code changes, and below the 0.3² by which effects differ between tasks: vector width and compiler decide what is vectorised at all (about
 * ±20 % and ±25 %); another processor of the same width, or version of the same compiler, moves costs (±10 %). `learnContextVariances`
 * replaces them by what was measured.
 */
export const priorContextVariances: ContextVariances = {
  language: 0.1 ** 2,
  processor: 0.1 ** 2,
  vectors: 0.2 ** 2,
  compiler: 0.25 ** 2,
  compilerVersion: 0.1 ** 2,
  flags: 0.2 ** 2,
  /** For each class: data that leave a cache change what is worth doing, the further the more. */
  size: 0.15 ** 2,
};

/** Which soft features differ, and by how many steps; one step for all but sizes. */
export function contextChanges(earned: LessonContext, here: LessonContext): ReadonlyMap<SoftFeature, number> {
  const changes = new Map<SoftFeature, number>();
  const compare = (feature: SoftFeature, left: string, right: string): void => {
    if (left !== right) changes.set(feature, 1);
  };
  compare("language", earned.language, here.language);
  compare("processor", earned.cpu, here.cpu);
  compare("vectors", vectorsOf(earned.isa), vectorsOf(here.isa));
  compare("compiler", compilerFamily(earned.compiler), compilerFamily(here.compiler));
  if (!changes.has("compiler"))
    compare("compilerVersion", compilerVersion(earned.compiler), compilerVersion(here.compiler));
  compare("flags", flagsKey(earned.flags), flagsKey(here.flags));
  const steps = Math.abs((sizeClass(earned.sizes) ?? 0) - (sizeClass(here.sizes) ?? 0));
  if (steps > 0 && sizeClass(earned.sizes) !== undefined && sizeClass(here.sizes) !== undefined)
    changes.set("size", steps);
  return changes;
}

/** What the differences add to the variance of a log-speedup; 0 in the same context. */
export function contextVariance(
  earned: LessonContext,
  here: LessonContext,
  variances: ContextVariances = priorContextVariances,
): number {
  return [...contextChanges(earned, here)].reduce(
    (sum, [feature, steps]) => sum + steps * variances[feature],
    0,
  );
}

/** A measurement of one piece of code: the same `subject` in two contexts is a comparison of the contexts. */
export interface InContext {
  readonly subject: string;
  readonly context: LessonContext;
  readonly value: number;
  readonly variance: number;
}

/** Comparisons that the prior counts for. */
const priorComparisons = 4;
/** Of one subject: more say little more. */
const mostContexts = 12;

/**
 * Context variances from what was measured in two contexts: the mean square difference less that of the noise, shared out over the
 * features that differ as the prior has it, and drawn towards the prior.
 */
export function learnContextVariances(measurements: readonly InContext[]): ContextVariances {
  const subjects = new Map<string, Map<string, InContext[]>>();
  const keys = new Map<string, string>();
  for (const measurement of measurements) {
    const contexts = subjects.get(measurement.subject) ?? new Map<string, InContext[]>();
    subjects.set(measurement.subject, contexts);
    const written = JSON.stringify(measurement.context);
    const key = keys.get(written) ?? softKey(measurement.context);
    keys.set(written, key);
    const cell = contexts.get(key) ?? [];
    contexts.set(key, cell);
    cell.push(measurement);
  }
  const learned = new Map<SoftFeature, { sum: number; weight: number }>();
  for (const [, contexts] of [...subjects].toSorted(byKey)) {
    if (contexts.size < 2) continue;
    const cells = [...contexts]
      .toSorted(byKey)
      .slice(0, mostContexts)
      .map(([, cell]) => average(cell));
    for (const [index, left] of cells.entries()) {
      for (const right of cells.slice(index + 1)) {
        const changes = contextChanges(left.context, right.context);
        const expected = contextVariance(left.context, right.context);
        if (expected === 0) continue;
        const excess = (left.value - right.value) ** 2 - left.variance - right.variance;
        for (const [feature, steps] of changes) {
          const share = (steps * priorContextVariances[feature]) / expected;
          const known = learned.get(feature) ?? { sum: 0, weight: 0 };
          // Pairs among n contexts are not independent of one another: together they count for n - 1.
          const weight = (share * 2) / cells.length;
          const scale = expected / priorContextVariances[feature];
          learned.set(feature, {
            sum: known.sum + (weight * excess) / scale,
            weight: known.weight + weight,
          });
        }
      }
    }
  }
  const toward = (feature: SoftFeature): number => {
    const { sum, weight } = learned.get(feature) ?? { sum: 0, weight: 0 };
    const prior = priorContextVariances[feature];
    return Math.max(prior / 10, (priorComparisons * prior + sum) / (priorComparisons + weight));
  };
  return {
    language: toward("language"),
    processor: toward("processor"),
    vectors: toward("vectors"),
    compiler: toward("compiler"),
    compilerVersion: toward("compilerVersion"),
    flags: toward("flags"),
    size: toward("size"),
  };
}

/** Factors of 8 in the product of all sizes; absent where a task has none. */
export function sizeClass(sizes: LessonContext["sizes"]): number | undefined {
  const all = Object.values(sizes);
  if (all.length === 0) return undefined;
  return Math.round(all.reduce((sum, size) => sum + Math.log2(Math.max(1, size)), 0) / bitsOfClass);
}

const bitsOfClass = 3;

/** The context as phrases, beside those of the code: what can tell apart the lessons that disagree. */
export function contextPhrases(context: LessonContext): string[] {
  const family = compilerFamily(context.compiler);
  const sizes = Array.from(
    { length: Math.min(20, sizeClass(context.sizes) ?? 0) },
    (_, index) => `sizes of 2^${(index + 1) * bitsOfClass} or more together`,
  );
  return [
    `language ${context.language}`,
    `processor ${context.cpu}`,
    `vector extension ${vectorsOf(context.isa)}`,
    `compiler ${family}`,
    `compiler ${family} ${compilerVersion(context.compiler)}`,
    ...plainFlags(context.flags).map((flag) => `flag ${flag}`),
    ...sizes,
  ];
}

const absent = "not: ";

/** The condition under which a phrase does not hold. */
export function negated(phrase: string): string {
  return `${absent}${phrase}`;
}

/** The phrase that a condition is about, whether it asks for it or for its absence. */
export function conditionPhrase(condition: string): string {
  return condition.startsWith(absent) ? condition.slice(absent.length) : condition;
}

/** Whether the preconditions of a general lesson hold for code with these phrases in this context. */
export function conditionHolds(
  preconditions: readonly string[],
  phrases: Iterable<string>,
  here: LessonContext,
): boolean {
  const shown = new Set([...phrases, ...contextPhrases(here)]);
  return preconditions.every((condition) =>
    condition.startsWith(absent) ? !shown.has(condition.slice(absent.length)) : shown.has(condition),
  );
}

/** `inner loop strides by a row` stays; `not: …` reads as "no …" would. */
export function describeCondition(condition: string): string {
  return condition.startsWith(absent) ? `without "${condition.slice(absent.length)}"` : `with "${condition}"`;
}

/** Versions of one compiler are alike; compilers are not. */
export function compilerFamily(compiler: string): string {
  return /clang/i.test(compiler) ? "clang" : /gcc|g\+\+/i.test(compiler) ? "gcc" : compiler;
}

/** The major version: the number that stands last, as compilers print it. */
function compilerVersion(compiler: string): string {
  return [...compiler.matchAll(/(?<![\w.+-])(\d+)\.\d+(?:\.\d+)?/g)].at(-1)?.[1] ?? "";
}

function architectureOf(isa: string): string {
  return isa.split(" ", 1)[0] ?? isa;
}

function vectorsOf(isa: string): string {
  return isa.split(" ").slice(1).join(" ") || "none";
}

/** The language's standard says little, and warnings nothing, about speed. */
function plainFlags(flags: readonly string[]): string[] {
  return [...new Set(flags)].filter((flag) => !/^-(?:std=|W)/.test(flag)).toSorted();
}

function flagsKey(flags: readonly string[]): string {
  return plainFlags(flags).join(" ");
}

/** Contexts with the same key do not differ in any soft feature. */
function softKey(context: LessonContext): string {
  return JSON.stringify([
    context.language,
    context.cpu,
    vectorsOf(context.isa),
    compilerFamily(context.compiler),
    compilerVersion(context.compiler),
    flagsKey(context.flags),
    sizeClass(context.sizes) ?? null,
  ]);
}

function average(cell: readonly InContext[]): InContext {
  const [first] = cell;
  if (!first) throw new RangeError("the mean of nothing");
  // In order, so that the order of the input does not matter, down to the last bit.
  const sum = (of: (each: InContext) => number): number =>
    cell
      .map(of)
      .toSorted((left, right) => left - right)
      .reduce((total, each) => total + each, 0);
  return {
    ...first,
    value: sum(({ value }) => value) / cell.length,
    variance: sum(({ variance }) => variance) / cell.length ** 2,
  };
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
