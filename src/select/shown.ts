/**
 * What an agent expects of a transformation, from what it was shown and nothing else.
 */
import type { LessonContext } from "../lesson/lesson.ts";
import { rankTransformations, type Experience, type TransformationExpectation } from "../worth/experience.ts";
import type { GeneralCandidate } from "./selection.ts";

/** Single lessons are weighed here; general ones bring what is expected of them, and of several on one transformation the first counts. Pure. */
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
      const about = general.find(
        ({ lesson, holdsAt }) =>
          lesson.transformations.length === 1 && lesson.transformations[0] === name && holdsAt(preconditions),
      );
      return about?.expectedAt(parameters, preconditions) ?? ofSingle.expect(name, parameters, preconditions);
    },
  };
}
