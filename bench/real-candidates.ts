/**
 * What rewriter agents propose for real tasks: good and bad, and the same text twice where two agents have the same idea.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { defaultTeam, describeContext, listTasks, type FunctionTask } from "lessonbank";
import { oneOf } from "./arguments.ts";
import { generator } from "./sampling.ts";

export interface RealCandidate {
  readonly task: FunctionTask;
  readonly source: string;
  /** By which it is known in records. */
  readonly summary: string;
  /** The same text was proposed for this task before. */
  readonly repeated: boolean;
}

/** The shipped tasks, or those of them that are named, separated by commas. Throws a UsageError where there is none of a name. */
export async function shippedTasks(names: string | undefined): Promise<FunctionTask[]> {
  const tasks = await listTasks(fileURLToPath(new URL("../../tasks", import.meta.url)));
  if (names === undefined) return tasks;
  const known = tasks.map((task) => task.name);
  const wanted = new Set(names.split(",").map((name) => oneOf("tasks", name, known)));
  return tasks.filter((task) => wanted.has(task.name));
}

/**
 * What a fresh team proposes for a task in a run's first rounds, when nothing is known yet: at most `most`, fewer where it has no more
 * ideas. In one round the agents do not know of each other. The same for the same seed.
 */
export async function proposalsFor(
  task: FunctionTask,
  { most, seed }: { most: number; seed: number },
): Promise<RealCandidate[]> {
  const team = defaultTeam();
  const context = describeContext(task);
  const random = generator(seed);
  const tried = new Set<string>();
  const found: RealCandidate[] = [];
  for (let round = 1; found.length < most; round++) {
    const known = new Set(tried);
    let passed = 0;
    for (const agent of team) {
      const proposal = await agent.propose({
        task,
        round,
        lessons: [],
        experience: [],
        general: [],
        tried: known,
        context,
        random,
        ask: () => Promise.reject(new Error("no model is asked here")),
      });
      if (!proposal) {
        passed++;
        continue;
      }
      const { source, summary } = proposal;
      const text = createHash("sha256").update(source).digest("hex");
      found.push({ task, source, summary, repeated: tried.has(text) });
      tried.add(text);
    }
    if (passed === team.length) break;
  }
  return found.slice(0, most);
}
