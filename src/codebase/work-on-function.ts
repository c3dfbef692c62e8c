/**
 * One function of a repository: its run, which goes on where its journal ends, and whether the tests notice the winner.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Agent } from "../agent/agent.ts";
import type { Bank } from "../bank/bank.ts";
import { unifiedDiff } from "../code/diff.ts";
import type { Evaluator } from "../evaluate/evaluator.ts";
import { optimize, type OptimizeRun, type RunLimitOptions } from "../run/optimize.ts";
import { readJournal } from "../run/read-journal.ts";
import { replay } from "../run/replay.ts";
import { resume } from "../run/resume.ts";
import type { CommandTask } from "../task/task.ts";
import { writeKept } from "./plan.ts";
import type { OpenProject, Proof } from "./project/project.ts";
import type { FunctionResult, RepositoryEvent } from "./repository-result.ts";

/** Whoever works on a function: agents remember what they tried, so each function has fresh ones. */
export interface RepositoryTeam {
  readonly agents: readonly Agent[];
  /** For the journal: how the team can be opened again. */
  readonly members?: unknown;
  close(): Promise<void>;
}

export interface WorkOptions {
  readonly project: OpenProject;
  readonly bank: Bank;
  readonly policy?: string | undefined;
  readonly seed?: number | undefined;
  /** An existing folder. */
  readonly journals?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly limits: RunLimitOptions;
  readonly onEvent: (event: RepositoryEvent) => void;
}

/** When aborted, resolves with what was found. */
export async function workOnFunction(
  task: CommandTask,
  team: RepositoryTeam,
  options: WorkOptions,
): Promise<FunctionResult> {
  const running = startOrGoOn(task, team, options);
  for await (const event of running) options.onEvent({ type: "run", event });
  const run = await running.result;
  const { best } = run;
  const proof =
    best?.confirmed && !options.signal?.aborted ? await proofOf(task, best.source, options) : undefined;
  return {
    file: task.source.file,
    function: task.function,
    run,
    ...(best && { diff: unifiedDiff(task.source.text, best.source, task.source.file) }),
    ...(proof && { proof }),
  };
}

function startOrGoOn(
  task: CommandTask,
  team: RepositoryTeam,
  { project, bank, policy, seed, signal, journals, limits }: WorkOptions,
): OptimizeRun {
  const journal = journals === undefined ? undefined : join(journals, `${keptName(task)}.jsonl`);
  const resources = { agents: team.agents, evaluator: here(project), bank, signal };
  if (journal !== undefined && existsSync(journal))
    return readJournal(journal).ended
      ? replay({ journal, agents: team.agents, signal })
      : resume({ ...resources, ...limits, journal });
  return optimize({ ...resources, ...limits, task, policy, seed, journal, team: team.members });
}

/** A task that was read from a journal does not know where the repository is. */
function here({ evaluator, settings: { root } }: OpenProject): Evaluator {
  return {
    evaluate: (task, source, options) => evaluator.evaluate({ ...task, directory: root }, source, options),
    close: async () => {},
  };
}

/** The same function of the same text, judged the same way, has the same journal. */
function keptName(task: CommandTask): string {
  const readable = task.name.replaceAll(/[^\w.-]+/g, "-").slice(0, 80);
  return `${readable}-${digest(task.hash)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/** Undefined where it was interrupted. One that was found before, of the same winner, is taken from beside the journal. */
async function proofOf(
  task: CommandTask,
  source: string,
  { project, journals, signal, onEvent }: WorkOptions,
): Promise<Proof | undefined> {
  const name = `${keptName(task)}-${digest(source)}.proof.json`;
  const known = journals === undefined ? undefined : await readProof(join(journals, name));
  if (known) return known;
  const proof = await project
    .prove(task, source, { signal, onProgress: (done, of) => onEvent({ type: "proving", done, of }) })
    .catch((error: unknown) => {
      if (signal?.aborted) return undefined;
      throw error;
    });
  if (proof && journals !== undefined) await writeKept(journals, name, proof);
  return proof;
}

const proofSchema = z.object({
  verdict: z.enum(["proven", "unproven"]),
  mutants: z.array(z.object({ change: z.string(), line: z.number(), caught: z.boolean() })),
  caught: z.number(),
  noticesAbsence: z.boolean().optional(),
  coverage: z.object({ executed: z.number(), lines: z.number(), by: z.string() }).exactOptional(),
  reason: z.string(),
  functionCheck: z
    .union([
      z.object({
        calls: z.number(),
        shorter: z.number(),
        sanitizers: z.boolean(),
        failure: z.string().exactOptional(),
      }),
      z.object({ reason: z.string() }),
    ])
    .exactOptional(),
});

/** A damaged one is made anew. */
async function readProof(path: string): Promise<Proof | undefined> {
  try {
    const { noticesAbsence, ...rest } = proofSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return { ...rest, noticesAbsence };
  } catch {
    return undefined;
  }
}
