/**
 * A repository made faster: which functions, one run for each, whether its tests notice them, and all winners together measured once more.
 */
import { mkdir } from "node:fs/promises";
import type { Bank } from "../bank/bank.ts";
import type { Language } from "../code/language.ts";
import { UsageError } from "../errors.ts";
import type { RunLimitOptions } from "../run/optimize.ts";
import type { CommandTask } from "../task/task.ts";
import { fewest, limitsLeft, shareEqually, mostOf, payingOf, shareOut } from "./budget.ts";
import { withCallers } from "./functions/callers.ts";
import { taskWithSurroundings } from "./functions/command-task.ts";
import { findNamed, type NamedFunction } from "./functions/named-function.ts";
import { readPlan, writePlan, type FunctionPlan } from "./plan.ts";
import type { HotFunction } from "./profile/hot-functions.ts";
import { describeUnread, profileProject, type ProjectProfile } from "./profile/profile-project.ts";
import type { OpenProject } from "./project/project.ts";
import {
  nameOf,
  sumOf,
  type FunctionResult,
  type RepositoryEvent,
  type RepositoryResult,
} from "./repository-result.ts";
import { winnersTogether, type WinnerOf } from "./winners-together.ts";
import { workOnFunction, type RepositoryTeam } from "./work-on-function.ts";

/** Limits are of the whole run: all functions together. */
export interface OptimizeRepositoryOptions extends RunLimitOptions {
  readonly project: OpenProject;
  /** FILE:FUNCTION. Default: those that the profile says can pay. */
  readonly functions?: readonly string[] | undefined;
  /** Functions at the most where they are found by profiling. Default 3. */
  readonly mostFunctions?: number | undefined;
  /** Files and folders that are not to be changed; of a profile. */
  readonly exclude?: readonly string[] | undefined;
  /** Called for each function; the team is closed after it. */
  readonly team: (language: Language) => Promise<RepositoryTeam>;
  readonly bank: Bank;
  readonly policy?: string | undefined;
  readonly seed?: number | undefined;
  /**
   * A folder for the plan and a journal of each function. A run that finds a plan there goes on with it: what has ended is played again,
   * what was cut off is resumed; `functions` and the profile are then the plan's.
   */
  readonly journals?: string | undefined;
  /** Kept in the plan: how the team can be opened again. JSON, without keys. */
  readonly teamRecord?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Told of everything; must not throw. */
  readonly onEvent?: ((event: RepositoryEvent) => void) | undefined;
}

/** Rejects for a user's mistake or a machine at fault; when aborted after the functions are chosen, resolves with what was found. */
export async function optimizeRepository(options: OptimizeRepositoryOptions): Promise<RepositoryResult> {
  const { project, signal, journals, onEvent = () => {} } = options;
  const startedAt = performance.now();
  const chosen = await planned(options);
  const { profile } = chosen;
  signal?.throwIfAborted();
  // All are found before the first is worked on: a misspelled last one must not cost the others' time.
  const find = async (plan: FunctionPlan): Promise<{ plan: FunctionPlan; found: NamedFunction }> => ({
    plan,
    found: await findNamed(project.settings.root, plan.argument),
  });
  const named = await Promise.all(chosen.plans.map(find));
  if (journals !== undefined) await keepPlan(chosen, journals, options);

  const functions: FunctionResult[] = [];
  const winners: WinnerOf[] = [];
  let lost = 0;
  // It grows: what the others leave of the candidates goes to one more.
  for (const [index, { plan, found }] of named.entries()) {
    const spent = { ...sumOf(functions.map(({ run }) => run.costs)), wallMs: performance.now() - startedAt };
    const toCome = named.slice(index).reduce((sum, each) => sum + each.plan.evaluations, 0);
    const limits = limitsLeft(options, spent, plan.evaluations / toCome);
    if (signal?.aborted || !limits) break;
    const task = await taskWithSurroundings(project.settings, found);
    const { warning } = found;
    onEvent({
      type: "function-started",
      index,
      of: named.length,
      task,
      spent,
      ...(warning !== undefined && { warning }),
    });
    const result = await workedOn(task, plan, options, { ...limits, evaluations: plan.evaluations });
    functions.push(result);
    onEvent({ type: "function-ended", result });
    if (result.run.best?.confirmed) winners.push(winnerOf(task, result, result.run.best.source));
    while (index === named.length - 1) {
      const next = nextSpare(functions, chosen, lost);
      if (!next) break;
      const there = await foundAgain(find(next));
      if (there) named.push(there);
      else lost++;
    }
  }
  const combined = await winnersTogether(winners, {
    project,
    signal,
    onCombining: () => onEvent({ type: "combining", functions: winners.length }),
  });
  const inIt = functions.filter((result) => combined?.functions.includes(nameOf(result)));
  return {
    baseline: project.baseline,
    ...(profile && { profile }),
    functions,
    left: named.slice(functions.length).map(({ plan }) => plan.argument),
    ...(combined && { combined }),
    proven: inIt.length > 0 && inIt.every(({ proof }) => proof?.verdict === "proven"),
    costs: { ...sumOf(functions.map(({ run }) => run.costs)), wallMs: performance.now() - startedAt },
    interrupted: signal?.aborted ?? false,
  };
}

/** Undefined where the user's file was edited meanwhile and the function is there no more: what was found in the others must not be lost with it. */
async function foundAgain<T>(search: Promise<T>): Promise<T | undefined> {
  return search.catch((error: unknown) => {
    if (error instanceof UsageError) return undefined;
    throw error;
  });
}

/** One more function, where those of the plan ended with candidates left: of some, no agent has anything to try. `lost`: spare ones that were not found. */
function nextSpare(
  ended: readonly FunctionResult[],
  { plans, spare, most }: ChosenFunctions,
  lost: number,
): FunctionPlan | undefined {
  const tried = ended.filter(({ run }) => run.attempts.length > 0).length;
  const planned = plans.reduce((sum, { evaluations }) => sum + evaluations, 0);
  const left = planned - sumOf(ended.map(({ run }) => run.costs)).evaluations;
  const next = spare[ended.length - plans.length + lost];
  return next && tried < most && left >= fewest ? { ...next, evaluations: left } : undefined;
}

function winnerOf(task: CommandTask, result: FunctionResult, after: string): WinnerOf {
  const { source, language, function: name } = task;
  return { change: { file: source.file, language, function: name, before: source.text, after }, result };
}

async function workedOn(
  task: CommandTask,
  plan: FunctionPlan,
  {
    project,
    bank,
    policy,
    seed,
    journals,
    signal,
    team: openTeam,
    onEvent = () => {},
  }: OptimizeRepositoryOptions,
  limits: RunLimitOptions,
): Promise<FunctionResult> {
  const team = await openTeam(task.language);
  try {
    const work = { project, bank, policy, seed, journals, signal, limits, onEvent };
    const result = await workOnFunction(task, team, work);
    return { ...result, ...(plan.share !== undefined && { share: plan.share }) };
  } finally {
    await team.close();
  }
}

interface ChosenFunctions {
  readonly plans: readonly FunctionPlan[];
  /** The dearest first. */
  readonly spare: readonly FunctionPlan[];
  /** How many are worked on at the most. */
  readonly most: number;
  readonly profile?: ProjectProfile;
}

async function planned(options: OptimizeRepositoryOptions): Promise<ChosenFunctions> {
  const {
    project,
    functions,
    mostFunctions: most = 3,
    evaluations = 24,
    journals,
    signal,
    exclude,
  } = options;
  const before = journals === undefined ? undefined : await readPlan(journals);
  if (before)
    return { plans: before.functions, spare: before.spare ?? [], most: before.mostFunctions ?? most };
  if (functions && functions.length > 0) {
    const each = shareEqually(functions.length, evaluations);
    return { plans: functions.map((argument) => ({ argument, evaluations: each })), spare: [], most };
  }
  const profile = await profileProject(project, { signal, exclude });
  signal?.throwIfAborted();
  options.onEvent?.({ type: "profiled", profile });
  const { smallestDifference } = project.baseline;
  const paying = payingOf(profile.functions, { evaluations, most, smallestDifference });
  if (paying.length === 0) throw nothingPays(profile, smallestDifference);
  const { root } = project.settings;
  const chosen = await withCallers(root, paying, profile.functions, mostOf({ evaluations, most }));
  const planOf = (hot: HotFunction, own: number): FunctionPlan => ({
    argument: `${hot.file}:${hot.function}`,
    share: hot.share,
    evaluations: own,
  });
  const all = payingOf(profile.functions, { evaluations: Infinity, most: Infinity, smallestDifference });
  return {
    profile,
    most,
    plans: shareOut(chosen, evaluations).map(({ hot, evaluations: own }) => planOf(hot, own)),
    spare: all
      .filter((hot) => !chosen.some(({ file, function: name }) => file === hot.file && name === hot.function))
      .slice(0, mostSpare)
      .map((hot) => planOf(hot, fewest)),
  };
}

/** Functions on which nothing could be tried cost a second or two each. */
const mostSpare = 8;

function nothingPays({ functions: [top], unread }: ProjectProfile, smallestDifference: number): UsageError {
  return new UsageError(
    top
      ? `no function can pay: ${top.file}:${top.function} is the dearest with ${percent(top.share)} of the time, and a gain of less than ${percent(smallestDifference)} of the whole cannot be seen here`
      : `the benchmark spends its time in nothing that the repository defines${unread ? `; not read: ${describeUnread(unread)}` : ""}`,
    {
      remedy:
        "name functions, or give a benchmark that spends its time in what is to become faster, and that scatters less",
    },
  );
}

async function keepPlan(
  { plans, spare, most }: ChosenFunctions,
  journals: string,
  { project: { settings }, seed, policy, teamRecord, ...options }: OptimizeRepositoryOptions,
): Promise<void> {
  await mkdir(journals, { recursive: true });
  if (await readPlan(journals)) return;
  const { rounds, evaluations, patience, modelCalls, tokens, usd, targetSpeedup } = options;
  const given = Object.entries({ rounds, evaluations, patience, modelCalls, tokens, usd, targetSpeedup });
  const limits = Object.fromEntries(
    given.filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
  const { root, commands, metric } = settings;
  await writePlan(journals, {
    version: 1,
    root,
    commands,
    metric,
    limits,
    functions: [...plans],
    ...(spare.length > 0 && { spare: [...spare], mostFunctions: most }),
    ...(seed !== undefined && { seed }),
    ...(policy !== undefined && { policy }),
    ...(teamRecord !== undefined && { team: teamRecord }),
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
