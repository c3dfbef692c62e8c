/**
 * A repository made faster: which functions, one run for each, whether its tests notice them, and all winners together measured once more.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Agent } from "../agent/agent.ts";
import type { Bank } from "../bank/bank.ts";
import { unifiedDiff } from "../code/diff.ts";
import type { Language } from "../code/language.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { RunEvent } from "../run/events.ts";
import { optimize, type OptimizeRun, type RunLimitOptions } from "../run/optimize.ts";
import { readJournal } from "../run/read-journal.ts";
import { replay } from "../run/replay.ts";
import { resume } from "../run/resume.ts";
import type { OptimizeResult } from "../run/result.ts";
import { UsageError } from "../errors.ts";
import type { CommandTask } from "../task/task.ts";
import { shareOut } from "./budget.ts";
import { combineChanges, patchOf, type FileChange, type FunctionChange } from "./combine.ts";
import { commandTask } from "./command-task.ts";
import { findNamed } from "./named-function.ts";
import { profileProject, type ProjectProfile } from "./profile/profile-project.ts";
import type { Baseline, OpenProject, Proof } from "./project.ts";

/** Whoever works on a function: agents remember what they tried, so each function has fresh ones. */
export interface RepositoryTeam {
  readonly agents: readonly Agent[];
  /** For the journal: how the team can be opened again. */
  readonly members?: unknown;
  close(): Promise<void>;
}

export interface OptimizeRepositoryOptions extends Omit<RunLimitOptions, "timeLimitMs"> {
  readonly project: OpenProject;
  /** FILE:FUNCTION. Default: those that the profile says can pay. */
  readonly functions?: readonly string[] | undefined;
  /** Functions at the most where they are found by profiling. Default 3. */
  readonly mostFunctions?: number | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly team: (language: Language) => Promise<RepositoryTeam>;
  readonly bank: Bank;
  readonly policy?: string | undefined;
  readonly seed?: number | undefined;
  /**
   * A folder with a journal for each function. A run that finds journals of the same functions there goes on with them: what has ended is
   * played again, what was cut off is resumed.
   */
  readonly journals?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of everything; must not throw. */
  readonly onEvent?: ((event: RepositoryEvent) => void) | undefined;
}

export type RepositoryEvent =
  | { readonly type: "profiled"; readonly profile: ProjectProfile }
  | {
      readonly type: "function-started";
      readonly index: number;
      readonly of: number;
      readonly task: CommandTask;
      readonly warning?: string;
    }
  | { readonly type: "run"; readonly event: RunEvent }
  | { readonly type: "proving"; readonly done: number; readonly of: number }
  | { readonly type: "function-ended"; readonly result: FunctionResult }
  | { readonly type: "combining"; readonly functions: number };

export interface FunctionResult {
  readonly file: string;
  readonly function: string;
  /** Of the benchmark's time, where it was profiled. */
  readonly share?: number;
  readonly run: OptimizeResult;
  /** Of the winner, with paths from the repository's root. */
  readonly diff?: string;
  /** Whether the tests notice it; absent without a winner. */
  readonly proof?: Proof;
}

export interface CombinedResult {
  readonly files: readonly FileChange[];
  readonly diff: string;
  /** Functions that are in it, as FILE:FUNCTION. */
  readonly functions: readonly string[];
  /** Of all of them together; of a single function, its confirmation. */
  readonly outcome: Outcome;
  /** Said where not all winners could be taken together. */
  readonly reason?: string;
}

export interface RepositoryResult {
  readonly baseline: Baseline;
  readonly profile?: ProjectProfile;
  readonly functions: readonly FunctionResult[];
  /** Absent where nothing was found that is faster. */
  readonly combined?: CombinedResult;
  /** Whether the tests notice every function in `combined`. */
  readonly proven: boolean;
  readonly costs: OptimizeResult["costs"];
  readonly interrupted: boolean;
}

interface Plan {
  readonly argument: string;
  readonly share?: number;
  readonly evaluations?: number;
}

/** Rejects for a user's mistake or a machine at fault; when aborted, resolves with what was found. */
export async function optimizeRepository(options: OptimizeRepositoryOptions): Promise<RepositoryResult> {
  const { project, signal, onEvent = () => {} } = options;
  const startedAt = performance.now();
  const { plans, profile } = await planned(options);
  signal?.throwIfAborted();
  if (profile) onEvent({ type: "profiled", profile });
  // All are found before the first is worked on: a misspelled last one must not cost the others' time.
  const named = await Promise.all(
    plans.map(async (plan) => ({ plan, found: await findNamed(project.settings.root, plan.argument) })),
  );
  const functions: FunctionResult[] = [];
  const changes: { change: FunctionChange; result: FunctionResult }[] = [];
  for (const [index, { plan, found }] of named.entries()) {
    if (signal?.aborted) break;
    const task = commandTask(project.settings, found);
    onEvent({
      type: "function-started",
      index,
      of: named.length,
      task,
      ...(found.warning !== undefined && { warning: found.warning }),
    });
    const result = await workOn(task, plan, options);
    functions.push(result);
    onEvent({ type: "function-ended", result });
    if (result.run.best?.confirmed)
      changes.push({
        change: {
          file: task.source.file,
          language: task.language,
          function: task.function,
          before: task.source.text,
          after: result.run.best.source,
        },
        result,
      });
  }
  const combined = await together(changes, options);
  const inIt = changes.filter(({ result }) => combined?.functions.includes(nameOf(result)));
  return {
    baseline: project.baseline,
    ...(profile && { profile }),
    functions,
    ...(combined && { combined }),
    proven: inIt.length > 0 && inIt.every(({ result }) => result.proof?.verdict === "proven"),
    costs: { ...sumOf(functions.map(({ run }) => run.costs)), wallMs: performance.now() - startedAt },
    interrupted: signal?.aborted ?? false,
  };
}

async function planned(
  options: OptimizeRepositoryOptions,
): Promise<{ plans: Plan[]; profile?: ProjectProfile }> {
  const { project, functions, mostFunctions: most = 3, evaluations = 24, signal, exclude } = options;
  if (functions && functions.length > 0) return { plans: functions.map((argument) => ({ argument })) };
  const profile = await profileProject(project, { signal, exclude });
  const { smallestDifference } = project.baseline;
  const shares = shareOut(profile.functions, { evaluations, most, smallestDifference });
  if (shares.length === 0) {
    const [top] = profile.functions;
    throw new UsageError(
      top
        ? `no function can pay: ${top.file}:${top.function} is the dearest with ${percent(top.share)} of the time, and a gain of less than ${percent(smallestDifference)} of the whole cannot be seen here`
        : "the benchmark spends its time in nothing that the repository defines",
      {
        remedy:
          "name functions, or give a benchmark that spends its time in what is to become faster, and that scatters less",
      },
    );
  }
  return {
    profile,
    plans: shares.map(({ hot, evaluations: own }) => ({
      argument: `${hot.file}:${hot.function}`,
      share: hot.share,
      evaluations: own,
    })),
  };
}

async function workOn(
  task: CommandTask,
  plan: Plan,
  options: OptimizeRepositoryOptions,
): Promise<FunctionResult> {
  const { project, signal, onEvent = () => {} } = options;
  const team = await options.team(task.language);
  try {
    const running = await startOrGoOn(task, plan, team, options);
    for await (const event of running) onEvent({ type: "run", event });
    const run = await running.result;
    const { best } = run;
    const proof =
      best?.confirmed && !signal?.aborted
        ? await project
            .prove(task, best.source, {
              signal,
              onProgress: (done, of) => onEvent({ type: "proving", done, of }),
            })
            .catch((error: unknown) => {
              if (signal?.aborted) return undefined;
              throw error;
            })
        : undefined;
    return {
      file: task.source.file,
      function: task.function,
      ...(plan.share !== undefined && { share: plan.share }),
      run,
      ...(best && { diff: unifiedDiff(task.source.text, best.source, task.source.file) }),
      ...(proof && { proof }),
    };
  } finally {
    await team.close();
  }
}

/** The same function of the same text, judged the same way, has the same journal. */
function journalOf(task: CommandTask, folder: string): string {
  const readable = task.name.replaceAll(/[^\w.-]+/g, "-").slice(0, 80);
  return join(
    folder,
    `${readable}-${createHash("sha256").update(task.hash).digest("hex").slice(0, 8)}.jsonl`,
  );
}

async function startOrGoOn(
  task: CommandTask,
  plan: Plan,
  team: RepositoryTeam,
  options: OptimizeRepositoryOptions,
): Promise<OptimizeRun> {
  const { project, bank, policy, seed, signal, journals } = options;
  const { rounds, patience, modelCalls, tokens, usd, targetSpeedup } = options;
  const limits = {
    rounds,
    patience,
    modelCalls,
    tokens,
    usd,
    targetSpeedup,
    evaluations: plan.evaluations ?? options.evaluations,
  };
  const journal = journals === undefined ? undefined : journalOf(task, journals);
  const resources = { agents: team.agents, evaluator: project.evaluator, bank, signal };
  if (journal !== undefined && existsSync(journal)) {
    return readJournal(journal).ended
      ? replay({ journal, agents: team.agents, signal })
      : resume({ ...resources, ...limits, journal });
  }
  if (journals !== undefined) await mkdir(journals, { recursive: true });
  return optimize({ ...resources, ...limits, task, policy, seed, journal, team: team.members });
}

/** All winners where they are right and faster together; else the best alone. */
async function together(
  changes: readonly { change: FunctionChange; result: FunctionResult }[],
  { project, signal, onEvent = () => {} }: OptimizeRepositoryOptions,
): Promise<CombinedResult | undefined> {
  const [best] = changes.toSorted((a, b) => speedOf(b.result) - speedOf(a.result));
  if (!best) return undefined;
  const alone = (reason?: string): CombinedResult => {
    const files = [{ file: best.change.file, before: best.change.before, after: best.change.after }];
    return {
      files,
      diff: patchOf(files),
      functions: [nameOf(best.result)],
      outcome: confirmationOf(best.result),
      ...(reason !== undefined && { reason }),
    };
  };
  if (changes.length === 1) return alone();
  if (signal?.aborted) return alone("interrupted before all were measured together");
  const files = await combineChanges(changes.map(({ change }) => change));
  if (!files) return alone("the others could not be put into the same file");
  onEvent({ type: "combining", functions: changes.length });
  const outcome = await project
    .evaluateTogether(new Map(files.map(({ file, after }) => [file, after])), { signal, effort: "confirm" })
    .catch((error: unknown) => {
      if (signal?.aborted) return undefined;
      throw error;
    });
  if (!outcome) return alone("interrupted before all were measured together");
  if (outcome.status !== "measured" || outcome.speedup.low <= 1)
    return alone(`together they are not faster for certain (${outcome.status})`);
  return { files, diff: patchOf(files), functions: changes.map(({ result }) => nameOf(result)), outcome };
}

export function nameOf({ file, function: name }: Pick<FunctionResult, "file" | "function">): string {
  return `${file}:${name}`;
}

function speedOf({ run }: FunctionResult): number {
  return run.best?.speedup.low ?? 0;
}

function confirmationOf({ run: { best, costs } }: FunctionResult): Outcome {
  if (!best) throw new Error("a function without a winner has no confirmation");
  const { speedup, referenceMs, candidateMs } = best;
  return {
    status: "measured",
    speedup,
    faster: speedup.low > 1,
    referenceMs,
    candidateMs,
    calls: 0,
    evaluationMs: costs.wallMs,
  };
}

function sumOf(costs: readonly OptimizeResult["costs"][]): OptimizeResult["costs"] {
  const sum = (pick: (each: OptimizeResult["costs"]) => number): number =>
    costs.reduce((total, each) => total + pick(each), 0);
  return {
    evaluations: sum((each) => each.evaluations),
    modelCalls: sum((each) => each.modelCalls),
    inputTokens: sum((each) => each.inputTokens),
    outputTokens: sum((each) => each.outputTokens),
    usd: sum((each) => each.usd),
    wallMs: sum((each) => each.wallMs),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
