/**
 * What a benchmark said: its wall time, or the number in what it printed. Pure.
 */
import { UsageError } from "../../errors.ts";
import type { Metric } from "../../task/task.ts";

export interface BenchValue {
  /** Above 0: milliseconds, or the number, in the unit that it was printed with. */
  readonly value: number;
  /** That stands behind the number, where it is one of time; else empty. */
  readonly unit: string;
  /** How often a number was found: a benchmark prints it as often each time. */
  readonly count: number;
}

/** In milliseconds. */
const timeUnits: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["sec", 1000],
  ["secs", 1000],
  ["second", 1000],
  ["seconds", 1000],
]);
/** Patterns are the user's, lines the candidate's: the longer, the longer a bad pattern takes. */
const longestLine = 4096;

/** The number, or a sentence that says what is missing. Throws a UsageError where the pattern is none. */
export function benchValue(
  metric: Metric,
  run: { readonly wallMs: number; readonly standard: string; readonly all: string },
): BenchValue | string {
  if (metric.kind === "time") return { value: run.wallMs, unit: "ms", count: 1 };
  const found =
    metric.jsonPath === undefined ? byPattern(metric, run) : byPath(metric.jsonPath, run.standard);
  if (typeof found === "string") return found;
  if (!Number.isFinite(found.value) || found.value <= 0)
    return `the number that it prints is ${found.value}, which is not above 0`;
  return found;
}

function byPattern(
  metric: Extract<Metric, { kind: "number" }>,
  { standard, all }: { readonly standard: string; readonly all: string },
): BenchValue | string {
  const pattern = patternOf(metric);
  const inOutput = matches(pattern, standard);
  const found = inOutput.length > 0 ? inOutput : matches(pattern, all);
  const last = found.at(-1);
  if (!last) return `no line of what it prints has a number where ${String(pattern)} expects one`;
  return { ...last, count: found.length };
}

/** Throws a UsageError where it is no regular expression with a group. */
export function patternOf({ pattern, unit }: Extract<Metric, { kind: "number" }>): RegExp {
  const number = String.raw`([-+]?\d[\d,_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)`;
  const text =
    pattern ??
    (unit === undefined ? number : `${number}\\s*${unit.replaceAll(/[^\w\s]/g, (sign) => `\\${sign}`)}`);
  let made: RegExp;
  try {
    made = new RegExp(text, "du");
  } catch (cause) {
    throw new UsageError(`the benchmark's pattern ${text} is no regular expression`, { cause });
  }
  const groups = (new RegExp(`${text}|`, "u").exec("")?.length ?? 1) - 1;
  if (groups < 1)
    throw new UsageError(`the benchmark's pattern ${text} has no group`, {
      remedy: "Put what the number is into parentheses, as in `time: ([\\d.]+) ms`.",
    });
  return made;
}

function matches(pattern: RegExp, text: string): { value: number; unit: string }[] {
  return text.split(/\r?\n|\r/).flatMap((line) => {
    const short = line.slice(0, longestLine);
    const match = pattern.exec(short);
    const number = match?.[1];
    if (match === null || number === undefined || !/\d/.test(number)) return [];
    const value = Number(number.replaceAll(/[,_]/g, ""));
    const unit = /^\s*([A-Za-zµμ]+)/.exec(short.slice(match.indices?.[1]?.[1] ?? short.length))?.[1] ?? "";
    return [{ value, unit: timeUnits.has(unit) ? unit : "" }];
  });
}

function byPath(path: string, text: string): BenchValue | string {
  const document = lastJson(text);
  if (document === undefined) return "what it prints holds no JSON document";
  let at: unknown = document;
  for (const key of path.split(".").filter((part) => part !== "" && part !== "$")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key))
      return `the JSON document that it prints has no ${path}: ${key} is missing`;
    at = (at as Record<string, unknown>)[key];
  }
  if (typeof at !== "number") return `${path} of the JSON document that it prints is no number`;
  return { value: at, unit: "", count: 1 };
}

/** The last document that begins at the start of a line. */
function lastJson(text: string): unknown {
  const end = Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1;
  const starts = [...text.slice(0, end).matchAll(/^[[{]/gm)].map(({ index }) => index);
  // A pretty-printed document has many such lines inside other ones: the longest that can be read, but no more than a few tries.
  for (const start of [...starts.slice(-64), ...starts.slice(0, 1)].toSorted((a, b) => a - b)) {
    try {
      return JSON.parse(text.slice(start, end));
    } catch {
      // It begins elsewhere, or is no JSON.
    }
  }
  return undefined;
}

/**
 * Reference over candidate, as a speedup: above 1 is better, whichever direction the metric has. Undefined where units cannot be compared.
 */
export function improvement(
  metric: Metric,
  reference: BenchValue,
  candidate: BenchValue,
): number | undefined {
  const [before, after] = [inOneUnit(reference, candidate), inOneUnit(candidate, reference)];
  if (before === undefined || after === undefined) return undefined;
  return metric.kind === "number" && metric.better === "higher" ? after / before : before / after;
}

function inOneUnit(one: BenchValue, other: BenchValue): number | undefined {
  if (one.unit === other.unit) return one.value;
  const factor = timeUnits.get(one.unit);
  return factor === undefined || !timeUnits.has(other.unit) ? undefined : one.value * factor;
}

/** In the unit of another value: itself where both have the same. */
export function valueIn(unit: string, { value, unit: own }: BenchValue): number | undefined {
  const [from, to] = [timeUnits.get(own), timeUnits.get(unit)];
  if (own === unit) return value;
  return from === undefined || to === undefined ? undefined : (value * from) / to;
}
