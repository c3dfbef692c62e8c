/**
 * A candidate as a list of named steps: in words, and built again from the list.
 */
import { openSubject } from "../code/subject.ts";
import type { Transformation } from "../lesson/lesson.ts";
import { transformationKey } from "../worth/experience.ts";
import { type Task, timedSizes } from "../task/task.ts";
import type { Proposal } from "./agent.ts";
import type { Rewrite } from "./rewrites/rewrite.ts";

/** `loop-tiling (tile 64): the loop over k + no-alias: the pointers a, b`. */
export function describeSteps(steps: readonly Transformation[]): string {
  return steps
    .map(({ name, parameters, place }) => {
      const choice = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
      return `${name}${choice.length > 0 ? ` (${choice.join(", ")})` : ""}: ${place}`;
    })
    .join(" + ");
}

/**
 * Applies the steps to the task's source, each where it was applied before: at the place of the same description or, where an
 * omitted step had changed the descriptions, at the only one left for it. Undefined where a step is unknown or finds no such place.
 */
export function rebuild(
  task: Task,
  steps: readonly Transformation[],
  rewrites: readonly Rewrite[],
): Proposal | undefined {
  let source = task.source.text;
  const assumptions = new Set<string>();
  for (const step of steps) {
    const rewrite = rewrites.find(({ name }) => name === step.name);
    const subject = openSubject(source, task.language, task.function, timedSizes(task));
    if (!rewrite || !subject) return undefined;
    const key = transformationKey(step.name, step.parameters);
    const fitting = rewrite
      .opportunities(subject)
      .filter(({ parameters }) => transformationKey(step.name, parameters) === key);
    const opportunity =
      fitting.find(({ place }) => place === step.place) ?? (fitting.length === 1 ? fitting[0] : undefined);
    if (!opportunity) return undefined;
    source = opportunity.apply();
    for (const assumption of opportunity.assumptions) assumptions.add(assumption);
  }
  return {
    source,
    transformations: steps,
    assumptions: [...assumptions],
    summary: `only ${describeSteps(steps)}`,
  };
}
