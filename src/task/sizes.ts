/**
 * The sizes at which correctness is checked: those of the task file, then 0, 1 and odd ones, within what the task allows.
 */
import { nearest } from "../code/nearest.ts";
import { TaskError } from "../errors.ts";
import { evaluate, ExpressionError, parseExpression, type Node } from "./expression.ts";
import { taskFile, type Sizes, type FunctionTask } from "./task.ts";

const mostSizes = 12;
/** How far a size is moved to satisfy `require`: past a multiple of 64. */
const furthestMove = 64;
/** None a multiple of a vector's width, of a usual tile or of another. */
const oddSizes = [33, 17, 65, 7, 13, 31];

/** Those given, then the added ones; at most 12, each once. Empty of added ones where the task's conditions leave none. Pure. */
export function checkedSizes(task: FunctionTask): Sizes[] {
  const names = Object.keys(task.sizes.timed);
  if (names.length === 0) return [{}];
  const requirements = task.sizes.require.map((text) => parseExpression(text));
  const found = new Map<string, Sizes>();
  const add = (sizes: Sizes): void => {
    const ordered = Object.fromEntries(names.map((name) => [name, sizes[name] ?? 0]));
    if (found.size < mostSizes) found.set(JSON.stringify(ordered), ordered);
  };
  for (const sizes of task.sizes.checked) add(sizes);
  for (const wish of wishes(task, names)) {
    const fitting = fit(task, names, requirements, wish);
    if (fitting) add(fitting);
  }
  return [...found.values()];
}

/** In the order of what they are likely to find. Sizes never pass the timed ones, so the work stays bounded. */
function wishes(task: FunctionTask, names: readonly string[]): Sizes[] {
  const odd = (shift: number): Sizes =>
    Object.fromEntries(
      names.map((name, index) => [
        name,
        Math.min(oddSizes[(index + shift) % oddSizes.length] ?? 33, task.sizes.timed[name] ?? 0),
      ]),
    );
  const all = (value: number): Sizes => Object.fromEntries(names.map((name) => [name, value]));
  const list = [odd(0), all(0), all(1), odd(3)];
  if (names.length > 1)
    for (const name of names) list.push({ ...odd(1), [name]: 0 }, { ...odd(3), [name]: 1 });
  list.push(all(2), odd(2));
  return list;
}

/** The wish moved into the task's bounds and conditions; undefined where no small move does it. */
function fit(
  task: FunctionTask,
  names: readonly string[],
  requirements: readonly Node[],
  wish: Sizes,
): Sizes | undefined {
  const clamped = Object.fromEntries(names.map((name) => [name, clamp(task, name, wish[name] ?? 0)]));
  if (holds(requirements, clamped)) return clamped;
  for (let move = 1; move <= furthestMove; move++) {
    const together = Object.fromEntries(
      names.map((name) => [name, clamp(task, name, (clamped[name] ?? 0) + move)]),
    );
    for (const name of names) {
      const one = { ...clamped, [name]: together[name] ?? 0 };
      if (holds(requirements, one)) return one;
    }
    if (holds(requirements, together)) return together;
  }
  return undefined;
}

function clamp(task: FunctionTask, name: string, value: number): number {
  const { minimum, maximum } = task.sizes;
  return Math.min(Math.max(value, minimum[name] ?? 0), maximum[name] ?? Number.MAX_SAFE_INTEGER);
}

function holds(requirements: readonly Node[], sizes: Sizes): boolean {
  return requirements.every((node) => {
    try {
      return evaluate(node, (name) => BigInt(sizes[name] ?? 0)) !== 0n;
    } catch (error) {
      // A condition that divides by a size of 0 does not hold there.
      if (error instanceof ExpressionError) return false;
      throw error;
    }
  });
}

/** Holds the sizes of the task file against each other and against `minimum`, `maximum` and `require`. Throws a TaskError. */
export function validateSizes(task: FunctionTask): void {
  const { timed, checked, minimum, maximum, require } = task.sizes;
  const names = Object.keys(timed);
  const file = taskFile(task);
  const known = (key: string, sizes: Sizes): void => {
    for (const name of Object.keys(sizes)) {
      if (names.includes(name)) continue;
      const near = nearest(name, names);
      throw new TaskError(file, `"${key}.${name}" is no size`, {
        remedy:
          near === undefined
            ? `"sizes.timed" names the sizes: ${names.join(", ") || "it has none"}.`
            : `Did you mean "${near}"? "sizes.timed" names the sizes: ${names.join(", ")}.`,
      });
    }
  };
  known("sizes.minimum", minimum);
  known("sizes.maximum", maximum);
  const requirements = require.map((text, index) => requirement(file, text, index, names));
  for (const [key, sizes] of [
    ["sizes.timed", timed] as const,
    ...checked.map((one, index) => [`sizes.checked[${index}]`, one] as const),
  ]) {
    known(key, sizes);
    for (const name of names) {
      const value = sizes[name];
      if (value === undefined)
        throw new TaskError(file, `"${key}" has no "${name}"`, {
          remedy: `"sizes.timed" names the sizes: ${names.join(", ")}.`,
        });
      if (value !== clamp(task, name, value))
        throw new TaskError(
          file,
          `"${key}.${name}" is ${value}, outside "sizes.minimum" and "sizes.maximum"`,
          {
            remedy: `It may be ${minimum[name] ?? 0} … ${maximum[name] ?? "any"}.`,
          },
        );
    }
    const broken = requirements.findIndex((node) => !holds([node], sizes));
    if (broken >= 0)
      throw new TaskError(file, `"${key}" breaks "sizes.require": ${require[broken]}`, {
        remedy: "Change one of the two.",
      });
  }
}

function requirement(file: string, text: string, index: number, names: readonly string[]): Node {
  try {
    const node = parseExpression(text);
    // Every name is looked up once, wherever the condition would stop early.
    evaluate(node, (name) => {
      if (!names.includes(name)) throw new ExpressionError(`names an unknown \`${name}\``, 0);
      return 1n;
    });
    return node;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    if (error.message === "divides by zero") return parseExpression(text);
    throw new TaskError(file, `"sizes.require[${index}]" (\`${text}\`) ${error.message}`, {
      remedy: `It is a comparison over the sizes (${names.join(", ") || "of which there are none"}), such as "w >= k".`,
    });
  }
}
