/**
 * Made-up worlds for tests of worth: seeded, so that every run is the same.
 */
import type { Lesson, LessonContext } from "../../src/lesson/lesson.ts";
import type { Showing } from "../../src/lesson/showing.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";

export interface Chance {
  /** In [0, 1). */
  readonly uniform: () => number;
  readonly normal: () => number;
}

/** Mulberry32, and Box and Muller. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Milliseconds of processor time so far: what a busy machine does beside this does not count. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function shuffled<T>(values: readonly T[], { uniform }: Chance): T[] {
  return values
    .map((value) => ({ value, at: uniform() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ value }) => value);
}

export interface TrialFields {
  readonly task: string;
  readonly names?: readonly string[];
  /** Absent: it failed. */
  readonly logSpeedup?: number;
  /** Standard error of it; 0.01 where absent. */
  readonly error?: number;
  readonly run?: string;
  readonly candidate?: string;
  readonly preconditions?: readonly string[];
  readonly features?: readonly string[];
  readonly context?: Partial<LessonContext>;
  readonly basis?: Lesson["evidence"]["basis"];
}

let number = 0;

/** A lesson as a trial: what was added, where, and what came of it. */
export function trialLesson(fields: TrialFields): Lesson {
  const { task, names = ["loop-tiling"], logSpeedup, error = 0.01, run = `run ${++number}` } = fields;
  const ratio = Math.exp(logSpeedup ?? 0);
  const half = Math.exp(2.5758 * error);
  const lesson = exampleLesson({
    task,
    run,
    text: `It was tried for the ${++number}th time.`,
    transformations: names,
    preconditions: fields.preconditions ?? [],
    ...(logSpeedup === undefined
      ? { status: "wrong-output" as const }
      : { ratio, interval: [ratio / half, ratio * half] as const }),
  });
  return {
    ...lesson,
    context: { ...lesson.context, ...fields.context },
    features: fields.features ?? [],
    evidence: {
      ...lesson.evidence,
      candidate: fields.candidate ?? `candidate ${number}`,
      source: `int f(void) { return ${number}; }\n`,
      ...(fields.basis && { basis: fields.basis }),
    },
  };
}

export interface ShowingFields {
  readonly run: string;
  readonly task: string;
  readonly round?: number;
  readonly drawn: readonly {
    readonly lesson: string;
    readonly probability: number;
    readonly shown: boolean;
    readonly cited?: boolean;
    readonly applied?: boolean;
  }[];
  /** Absent: there was none, or it failed as `status` says. */
  readonly logSpeedup?: number;
  readonly status?: Showing["status"];
}

export function exampleShowing({ run, task, round = 0, drawn, logSpeedup, status }: ShowingFields): Showing {
  const { context } = exampleLesson();
  return {
    id: (++number).toString(16).padStart(16, "0"),
    at: "2026-01-02T03:04:05.678Z",
    run,
    task,
    taskHash: task,
    agent: "loops",
    round,
    policy: "thompson",
    context: { ...context, flags: [...context.flags], sizes: { ...context.sizes } },
    drawn: drawn.map(({ cited = false, applied = false, ...rest }) => ({ ...rest, cited, applied })),
    status: logSpeedup === undefined ? (status ?? "no-proposal") : "measured",
    ...(logSpeedup !== undefined && { gain: { logSpeedup, error: 0.01 } }),
  };
}

/** Draws with a known truth: what each lesson adds to the log-speedup and to the chance of being right. */
export interface DrawnWorld {
  readonly showings: readonly Showing[];
  readonly effects: ReadonlyMap<string, { readonly logSpeedup: number; readonly correctness: number }>;
}

export interface DrawnWorldOptions {
  readonly runs: number;
  readonly proposals: number;
  readonly lessons: number;
  /** Lessons of one family share half of their effect. */
  readonly families: number;
  readonly deviation: number;
  readonly effect?: (lesson: number) => number;
  /** Chance of being shown, given how easy the task is: in (0, 1). */
  readonly probability: (lesson: number, ease: number) => number;
}

export function drawWorld(random: Chance, options: DrawnWorldOptions): DrawnWorld {
  const { runs, proposals, lessons, families, deviation, probability } = options;
  const half = deviation * Math.SQRT1_2;
  const shared = Array.from({ length: families }, () => random.normal() * half);
  const effects = Array.from({ length: lessons }, (_, lesson) => {
    const own = (shared[lesson % families] ?? 0) + random.normal() * half;
    return { logSpeedup: options.effect?.(lesson) ?? own, correctness: own / 2 };
  });
  const eases = Array.from({ length: 8 }, () => random.normal());
  const showings: Showing[] = [];
  for (let run = 0; run < runs; run++) {
    const task = run % eases.length;
    const ease = eases[task] ?? 0;
    const luck = random.normal() * 0.1;
    for (let proposal = 0; proposal < proposals; proposal++) {
      const drawn = effects.map((_, lesson) => {
        const chanceOf = probability(lesson, ease);
        return { lesson: `lesson ${lesson}`, probability: chanceOf, shown: random.uniform() < chanceOf };
      });
      const sum = (of: (effect: (typeof effects)[number]) => number): number =>
        effects.reduce((total, effect, lesson) => total + (drawn[lesson]?.shown ? of(effect) : 0), 0);
      // The truth is of failures as nothing: right in all of these, or else by chance alone.
      const logSpeedup = 2 + ease * 0.4 + luck + random.normal() * 0.3 + sum((effect) => effect.logSpeedup);
      const right = random.uniform() < 0.6 + sum((effect) => effect.correctness);
      showings.push(exampleShowing({ run: `run ${run}`, task: `task ${task}`, drawn, logSpeedup }));
      showings.push(
        exampleShowing({
          run: `run ${run}`,
          task: `task ${task}`,
          drawn: drawn.map((each) => ({ ...each, lesson: `right ${each.lesson}` })),
          ...(right ? { logSpeedup: 0 } : { status: "wrong-output" }),
        }),
      );
    }
  }
  return {
    showings,
    effects: new Map(effects.map((effect, lesson) => [`lesson ${lesson}`, effect])),
  };
}
