/**
 * What each rewrite does to each shipped task, alone: the ground truth for whoever retrieves or selects lessons. Every place where a rewrite
 * applies is tried once, with every choice of parameters: some 230 attempts, at a second or two each. What is known is kept in files, so it can
 * be broken off and taken up again.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import {
  rewrites,
  UsageError,
  type Evaluator,
  type Opportunity,
  type OutcomeStatus,
  type Rewrite,
  type Subject,
  type FunctionTask,
} from "lessonbank";
import { familyOf, type Family } from "./families.ts";

/** One rewrite at one place of one task. */
export interface Effect {
  readonly transformation: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly place: string;
  readonly preconditions: readonly string[];
  readonly status: OutcomeStatus;
  /** Where it was not measured: why. */
  readonly reason?: string;
  /** Natural logarithms of the reference's time over the candidate's, and of its interval at `confidence`. */
  readonly logSpeedup?: number;
  readonly low?: number;
  readonly high?: number;
  readonly confidence?: number;
}

export interface TaskEffects {
  readonly task: string;
  readonly taskHash: string;
  readonly family: Family;
  readonly effects: readonly Effect[];
}

/** The file that `--truth` names. */
export interface Truth {
  readonly version: 1;
  readonly effort: "screen";
  readonly tasks: readonly TaskEffects[];
}

interface Internals {
  readonly openSubject: (
    source: string,
    language: FunctionTask["language"],
    functionName: string,
    sizes: FunctionTask["sizes"]["timed"],
  ) => Subject | undefined;
  readonly loadGrammars: () => Promise<void>;
}

/** They are no part of the public API. */
async function internals(): Promise<Internals> {
  const built = (file: string): Promise<unknown> =>
    import(new URL(`../../dist/code/${file}`, import.meta.url).href);
  const [subject, parser] = await Promise.all([built("subject.js"), built("parser.js")]);
  return { ...(subject as Internals), ...(parser as Internals) };
}

/** Every place of every rewrite, with the whole file after it. */
export async function attemptsOn(
  task: FunctionTask,
): Promise<{ rewrite: Rewrite; opportunity: Opportunity; source: string }[]> {
  const { openSubject, loadGrammars } = await internals();
  await loadGrammars();
  const subject = openSubject(task.source.text, task.language, task.function, task.sizes.timed);
  if (!subject) return [];
  return rewrites.flatMap((rewrite) =>
    rewrite
      .opportunities(subject)
      .map((opportunity) => ({ rewrite, opportunity, source: opportunity.apply() }))
      .filter(({ source }) => source !== task.source.text),
  );
}

/** Judges every attempt on a task at effort `screen`. */
export async function measureEffects(
  task: FunctionTask,
  evaluator: Evaluator,
  onProgress: (done: number, of: number) => void,
): Promise<TaskEffects> {
  const attempts = await attemptsOn(task);
  const effects: Effect[] = [];
  for (const { rewrite, opportunity, source } of attempts) {
    const outcome = await evaluator.evaluate(task, source, { effort: "screen" });
    const { parameters, place, preconditions } = opportunity;
    const what = { transformation: rewrite.name, parameters, place, preconditions };
    if (outcome.status === "measured") {
      const { ratio, low, high, confidence } = outcome.speedup;
      const [logSpeedup, ...ends] = [ratio, low, high].map(Math.log) as [number, number, number];
      effects.push({ ...what, status: "measured", logSpeedup, low: ends[0], high: ends[1], confidence });
    } else {
      effects.push({ ...what, status: outcome.status, reason: outcome.reason.slice(0, 200) });
    }
    onProgress(effects.length, attempts.length);
  }
  return { task: task.name, taskHash: task.hash, family: familyOf(task.name), effects };
}

/** The truth about these tasks: what the file knows, and what it does not know measured and added to it, task by task. */
export async function truthOf(
  tasks: readonly FunctionTask[],
  file: string,
  openEvaluator: () => Promise<Evaluator>,
): Promise<TaskEffects[]> {
  const known = new Map(readTruth(file).map((each) => [each.taskHash, each]));
  const missing = tasks.filter(({ hash }) => !known.has(hash));
  if (missing.length > 0) {
    const evaluator = await openEvaluator();
    try {
      for (const [index, task] of missing.entries()) {
        const start = performance.now();
        const measured = await measureEffects(task, evaluator, (done, of) => {
          if (done % 10 === 0 || done === of) {
            const seconds = ((performance.now() - start) / 1000).toFixed(0);
            const place = `${index + 1}/${missing.length} ${task.name}`;
            process.stderr.write(`${place.padEnd(30)} ${done} of ${of} attempts, ${seconds} s\n`);
          }
        });
        known.set(task.hash, measured);
        writeTruth(file, [...known.values()]);
      }
    } finally {
      await evaluator.close();
    }
  }
  return tasks.map(({ hash }) => known.get(hash)!);
}

/** Empty where there is no file. Throws a UsageError for one that is no truth. */
export function readTruth(file: string): TaskEffects[] {
  if (!existsSync(file)) return [];
  const truth = JSON.parse(readFileSync(file, "utf8")) as Partial<Truth>;
  if (truth.version !== 1 || !Array.isArray(truth.tasks)) {
    throw new UsageError(`${file} holds no effects of rewrites`, {
      remedy: "name another file with --truth",
    });
  }
  return [...truth.tasks];
}

function writeTruth(file: string, tasks: readonly TaskEffects[]): void {
  const truth: Truth = {
    version: 1,
    effort: "screen",
    tasks: tasks.toSorted((left, right) => (left.task < right.task ? -1 : 1)),
  };
  writeFileSync(`${file}.part`, `${JSON.stringify(truth, undefined, 1)}\n`);
  renameSync(`${file}.part`, file);
}

/** By transformation, the effect at its best place: the highest measured log-speedup or, where none was measured, a failure. */
export function bestEffects({ effects }: TaskEffects): Map<string, Effect> {
  const best = new Map<string, Effect>();
  for (const effect of effects) {
    const before = best.get(effect.transformation);
    if (!before || (effect.logSpeedup ?? -Infinity) > (before.logSpeedup ?? -Infinity)) {
      best.set(effect.transformation, effect);
    }
  }
  return best;
}
