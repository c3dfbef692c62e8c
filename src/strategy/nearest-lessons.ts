/**
 * Which lessons of other tasks a run looks at: those that were earned on the code nearest to its own. All lessons of a task are equally near, and whoever
 * has worked on one function all week has hundreds of it; so that they do not fill the view, a task gets more than its share only where others leave room.
 */
import type { Bank, LessonHit } from "../bank/bank.ts";
import type { Task } from "../task/task.ts";

/** Lessons of one task: what a run or two teach. More say little that is new. */
const shareOfTask = 30;

/** At most `reach`, nearest first; equally near ones as the bank gives them. */
export async function nearestOfOtherTasks(
  bank: Pick<Bank, "search">,
  task: Task,
  reach: number,
): Promise<LessonHit[]> {
  const code = { text: task.source.text, language: task.language };
  const full = new Set<string>();
  const shares: LessonHit[] = [];
  const surplus: LessonHit[] = [];
  let others: readonly LessonHit[] = [];
  do {
    const notTask = full.size === 0 ? task.name : [task.name, ...full];
    others = await bank.search({ code, filter: { notTask }, limit: reach - shares.length });
    const filled = [...byTask(others)].filter(([, own]) => own.length > shareOfTask);
    if (filled.length === 0) break;
    for (const [name, own] of filled) {
      full.add(name);
      shares.push(...own.slice(0, shareOfTask));
      surplus.push(...own.slice(shareOfTask));
    }
    others = [];
  } while (shares.length < reach);
  const kept = [...shares, ...others, ...surplus].slice(0, reach);
  return kept.toSorted((left, right) => right.similarity - left.similarity);
}

function byTask(hits: readonly LessonHit[]): Map<string, LessonHit[]> {
  const tasks = new Map<string, LessonHit[]>();
  for (const hit of hits) {
    const name = hit.lesson.evidence.task;
    tasks.set(name, [...(tasks.get(name) ?? []), hit]);
  }
  return tasks;
}
