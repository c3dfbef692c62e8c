/**
 * A bank that other tasks have filled: general lessons that a policy draws from, one that somebody retired, and one whose draws say by now that
 * showing it does harm, so that the next run that draws from them retires it.
 */
import type { Bank } from "../../src/bank/bank.ts";
import { describeContext } from "../../src/lesson/context.ts";
import type { Lesson } from "../../src/lesson/lesson.ts";
import type { Showing } from "../../src/lesson/showing.ts";
import type { Task } from "../../src/task/task.ts";
import { generalise } from "../../src/worth/generalise.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";

const ratios = {
  "loop-unrolling": 1.9,
  "multiple-accumulators": 1.4,
  prefetching: 0.5,
  "strength-reduction": 1.6,
  "loop-tiling": 1.7,
};
const retiredBefore = "strength-reduction";
const harmful = "loop-tiling";

/** Adds lessons on three other tasks, as if earned in the context of `task` and on code like its own, and what became of showing one of them. */
export async function fillFromOtherTasks(bank: Bank, task: Task): Promise<void> {
  const lessons = ["one", "two", "three"].flatMap((of) =>
    Object.entries(ratios).map(([name, ratio]) => lessonOn(name, of, ratio, task)),
  );
  const { general } = generalise(lessons);
  const idOf = (name: string): string =>
    general.find(({ transformations }) => transformations[0] === name)?.id ?? "";
  await bank.add(lessons.map((lesson) => ({ lesson, code: task.source.text })));
  await bank.addShowings(harmfulShowings(idOf(harmful), task));
  await bank.change(
    { kind: "retired", general: idOf(retiredBefore), reason: "not on our machines" },
    "person",
  );
}

function lessonOn(name: string, of: string, ratio: number, task: Task): Lesson {
  const lesson = exampleLesson({
    text: `${name} on ${of}`,
    task: of,
    run: `run on ${of}`,
    ratio,
    transformations: [name],
    preconditions: [],
  });
  return {
    ...lesson,
    context: { ...describeContext(task), sizes: { n: 64 } },
    evidence: { ...lesson.evidence, candidate: `${name} ${of}`, source: `${name} ${of}` },
  };
}

/** Of six runs: whoever was shown it gained nothing, whoever was not gained much. */
function harmfulShowings(general: string, task: Task): Showing[] {
  const { flags, sizes, ...context } = describeContext(task);
  return Array.from({ length: 72 }, (_, number) => {
    const round = Math.floor(number / 6);
    const shown = round % 2 === 0;
    const showing = exampleShowing({
      run: `earlier ${number % 6}`,
      round,
      task: "one",
      drawn: [{ lesson: general, probability: 0.5, shown, cited: false, applied: shown }],
      gain: { logSpeedup: shown ? 0 : 0.5 + (number % 5) / 100, error: 0.01 },
    });
    return { ...showing, context: { ...context, flags: [...flags], sizes: { ...sizes } } };
  });
}
