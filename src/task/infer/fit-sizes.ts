/**
 * Finds the sizes at which one call takes about as long as wanted: all sizes grow together, and how the time grows with them
 * is measured and not assumed.
 */
import { TaskError } from "../../errors.ts";
import { planCall } from "../plan.ts";
import { evaluate, ExpressionError, parseExpression } from "../expression.ts";
import { alignmentOf, sizeOf } from "../layout.ts";
import { isFlat } from "../signature.ts";
import { taskFile, type Sizes, type FunctionTask } from "../task.ts";

/** One call of the reference at these sizes; `failure` says why there was none. */
export type Measure = (sizes: Sizes) => Promise<{ readonly ms: number } | { readonly failure: string }>;

export interface FitOptions {
  /** Of one call. Default 10. */
  readonly targetMs?: number | undefined;
  /** Names of sizes that stay as they are. */
  readonly fixed?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes of arguments that a call may be given: beyond, making inputs costs more than the call. */
const mostBytes = 256 * 1024 * 1024;
const mostMeasurements = 24;
/** Within this factor of the target a size is good. */
const closeEnough = 1.3;
/** Below this a time says more about the clock than about the function. */
const leastMs = 0.05;

/**
 * Sizes for `task` at which `measure` reports about `targetMs`. Starts at the task's own timed sizes, and stops early at a
 * maximum, at the bound of memory or where growing sizes makes no difference. Throws a TaskError where the reference fails
 * at the starting sizes and at every smaller one.
 */
export async function fitSizes(
  task: FunctionTask,
  measure: Measure,
  options: FitOptions = {},
): Promise<Sizes> {
  const { targetMs = 10, fixed = [], signal } = options;
  const growing = Object.keys(task.sizes.timed).filter((name) => !fixed.includes(name));
  const scaled = (factor: number): Sizes | undefined => scale(task, growing, factor);
  let best: { sizes: Sizes; factor: number; ms: number } | undefined;
  let ceiling = Infinity;
  let factor = 1;
  let failure = "";
  for (let count = 0; count < mostMeasurements; count++) {
    signal?.throwIfAborted();
    const sizes = scaled(factor);
    const known = best && sizes && sameSizes(best.sizes, sizes);
    if (!sizes || known) {
      // Too large for memory, or no larger than before.
      if (best && (known || factor / best.factor < 1.05)) break;
      ceiling = Math.min(ceiling, factor);
      factor = best ? Math.sqrt(best.factor * factor) : factor / 2;
      continue;
    }
    const measured = await measure(sizes);
    if ("failure" in measured) {
      ({ failure } = measured);
      ceiling = Math.min(ceiling, factor);
      if (best && ceiling / best.factor < 1.2) break;
      if (!best && smallest(sizes, growing, task)) break;
      // Without any success: down in long strides, since each failure may be a call that had to be stopped.
      factor = best ? Math.sqrt(best.factor * ceiling) : factor / 8;
      continue;
    }
    const { ms } = measured;
    const previous = best;
    if (!best || distance(ms, targetMs) <= distance(best.ms, targetMs)) best = { sizes, factor, ms };
    if (distance(ms, targetMs) <= Math.log(closeEnough) || growing.length === 0) break;
    const next = nextFactor({ factor, ms }, previous, targetMs);
    factor = next >= ceiling ? Math.sqrt(factor * ceiling) : next;
    if (ceiling / factor < 1.05 && ms < targetMs) break;
  }
  if (best) return best.sizes;
  throw new TaskError(taskFile(task), `the reference fails even at small sizes: ${failure}`, {
    remedy:
      'Look at the guessed "inputs" with `lessonbank task init`, and correct what the function does not expect.',
  });
}

/** Whether no growing size can become smaller. */
function smallest(sizes: Sizes, growing: readonly string[], { sizes: { minimum } }: FunctionTask): boolean {
  return growing.every((name) => (sizes[name] ?? 0) <= Math.max(1, minimum[name] ?? 0));
}

function distance(ms: number, targetMs: number): number {
  return Math.abs(Math.log(Math.max(ms, 1e-6) / targetMs));
}

/** From two measurements the order of growth, from that the factor at which the target is met; steps are bounded. */
function nextFactor(
  { factor, ms }: { factor: number; ms: number },
  previous: { factor: number; ms: number } | undefined,
  targetMs: number,
): number {
  if (ms < leastMs) return factor * 4;
  let order = 2;
  if (previous && previous.ms >= leastMs && previous.factor !== factor)
    order = Math.log(ms / previous.ms) / Math.log(factor / previous.factor);
  const step = (targetMs / ms) ** (1 / Math.min(Math.max(order, 0.5), 6));
  return factor * Math.min(Math.max(step, 1 / 8), 8);
}

/** The growing sizes times a factor, within the task's bounds and conditions; undefined where memory does not hold them. */
function scale(task: FunctionTask, growing: readonly string[], factor: number): Sizes | undefined {
  const { timed, minimum, maximum, require } = task.sizes;
  const grown = Object.fromEntries(
    Object.entries(timed).map(([name, value]) => {
      if (!growing.includes(name)) return [name, value];
      const wanted = Math.max(1, Math.round(value * factor));
      return [name, Math.min(Math.max(wanted, minimum[name] ?? 0), maximum[name] ?? Number.MAX_SAFE_INTEGER)];
    }),
  );
  for (const text of require) if (!holds(text, grown)) return factor === 1 ? timed : undefined;
  return bytesAt(task, grown) <= mostBytes ? grown : undefined;
}

function holds(text: string, sizes: Sizes): boolean {
  try {
    return evaluate(parseExpression(text), (name) => BigInt(sizes[name] ?? 0)) !== 0n;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** Infinite where the sizes make no plan. */
function bytesAt(task: FunctionTask, sizes: Sizes): number {
  try {
    return planCall(task, sizes).slots.reduce((sum, { type, count, rule }) => {
      const element = type.kind === "vector" ? type.element : type;
      const inner = rule.kind === "each" ? rule.highLength * 8 + 32 : 1;
      return sum + count * (isFlat(element) ? Math.max(sizeOf(element), alignmentOf(element)) : inner);
    }, 0);
  } catch (error) {
    if (error instanceof TaskError) return Infinity;
    throw error;
  }
}

function sameSizes(a: Sizes, b: Sizes): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}
