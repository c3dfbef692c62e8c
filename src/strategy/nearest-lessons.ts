/**
 * Which lessons of other tasks a run looks at: those that were earned on the code nearest to its own. All lessons of a task are equally near, and whoever
 * has worked on one function all week has hundreds of it; so that they do not fill the view, a task gets more than its share only where others leave room.
 */
import type { Bank, LessonHit } from "../bank/bank.ts";
import { byNearness } from "../bank/similarity.ts";
import type { Task } from "../task/task.ts";

/** Lessons of one task: what a run or two teach. More say little that is new. */
const shareOfTask = 30;

/** At most `reach`, nearest first; equally near ones by id. One search, and one more whenever tasks have more than their share. */
export async function nearestOfOtherTasks(
  bank: Pick<Bank, "search">,
  task: Task,
  reach: number,
): Promise<LessonHit[]> {
  const code = { text: task.source.text, language: task.language };
  const full = new Set<string>();
  const shares: LessonHit[] = [];
  const surplus: LessonHit[] = [];
  for (;;) {
    const notTask = full.size === 0 ? task.name : [task.name, ...full];
    const found = await bank.search({ code, filter: { notTask }, limit: reach - shares.length });
    const filled = [...byTask(found)].filter(([, own]) => own.length > shareOfTask);
    if (filled.length === 0) return [...shares, ...found, ...surplus].slice(0, reach).toSorted(byNearness);
    for (const [name, own] of filled) {
      full.add(name);
      shares.push(...own.slice(0, shareOfTask));
      surplus.push(...own.slice(shareOfTask));
    }
  }
}

function byTask(hits: readonly LessonHit[]): Map<string, LessonHit[]> {
  const tasks = new Map<string, LessonHit[]>();
  for (const hit of hits) {
    const name = hit.lesson.evidence.task;
    tasks.set(name, [...(tasks.get(name) ?? []), hit]);
  }
  return tasks;
}
