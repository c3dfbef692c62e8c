/**
 * What an agent expects of a transformation, from what it was shown and nothing else.
 */
import type { LessonContext } from "../lesson/lesson.ts";
import { rankTransformations, type Experience, type TransformationExpectation } from "../worth/experience.ts";
import type { GeneralCandidate } from "./selection.ts";

/**
 * Single lessons are weighed here; general ones bring what is expected of each of their transformations. Of several on one transformation the first that is
 * about it alone counts, and the first at all where none is. Pure.
 */
export function expectationOf({
  experience,
  general,
  context,
}: {
  readonly experience: readonly Experience[];
  readonly general: readonly GeneralCandidate[];
  readonly context?: LessonContext | undefined;
}): TransformationExpectation {
  const ofSingle = rankTransformations(experience, { context });
  return {
    expect(name, parameters = {}, preconditions = []) {
      const about = general.filter(
        ({ lesson, holdsAt }) => lesson.transformations.includes(name) && holdsAt(preconditions),
      );
      const first = about.find(({ lesson }) => lesson.transformations.length === 1) ?? about[0];
      return (
        first?.expectedOf(name, parameters, preconditions) ?? ofSingle.expect(name, parameters, preconditions)
      );
    },
  };
}
