/**
 * Real runs of a model, to be kept: on each task three arms at the same number of calls. Alone: no lessons are shown or asked for. With lessons:
 * as LessonL. Shared: the model and the rewriters, with one bank. Every run begins with an empty bank, and its journal is packed into a folder,
 * from which `replay` shows it again; a run that is there already is not made again.
 *
 *   npm run bench:model-runs -- --model gguf:model.gguf [--tasks a,b] [--calls 6] [--seed 1] [--into lessons/runs]
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import {
  createEvaluator,
  createMemoryBank,
  createStructuralEmbedder,
  listTasks,
  openTeam,
  optimize,
  parseTeam,
  resume,
  type TeamMember,
} from "lessonbank";

/** Two of the shortest references for each of: arithmetic, bytes and text, memory, containers. */
const usualTasks =
  "running-balance,adler-checksum,lower-case,bit-count,csv-report,matrix-product,moving-average,text-search";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    tasks: { type: "string", default: usualTasks },
    calls: { type: "string", default: "6" },
    seed: { type: "string", default: "1" },
    into: { type: "string", default: fileURLToPath(new URL("../../lessons/runs", import.meta.url)) },
  },
});
if (values.model === undefined) throw new Error("name a model: --model gguf:PATH");
const [member] = parseTeam(`model=${values.model}`);
if (!member) throw new Error("one model is needed");

/** A small model that begins to repeat itself is stopped: the longest of these functions takes a third of it. */
const model: TeamMember = { ...member, contextTokens: 8192, sampling: { maxTokens: 1024 } };
const arms: Readonly<Record<string, { readonly team: readonly TeamMember[]; readonly policy: string }>> = {
  alone: { team: [{ ...model, lessons: false }], policy: "none" },
  lessons: { team: [model], policy: "lessonl" },
  shared: { team: [model, { name: "rules", spec: "rewriter" }], policy: "lessonl" },
};

const wanted = values.tasks.split(",");
const tasks = await listTasks(fileURLToPath(new URL("../../tasks", import.meta.url)));
mkdirSync(values.into, { recursive: true });
const evaluator = await createEvaluator();
try {
  for (const name of wanted) {
    const task = tasks.find((each) => each.name === name);
    if (!task) throw new Error(`there is no task ${name}`);
    for (const [arm, { team, policy }] of Object.entries(arms)) {
      const kept = join(values.into, `${name}.${arm}.jsonl.gz`);
      if (existsSync(kept)) continue;
      const journal = join(values.into, `${name}.${arm}.jsonl`);
      const opened = await openTeam(team);
      const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
      const limits = {
        rounds: Number(values.calls),
        modelCalls: Number(values.calls),
        evaluations: 48,
        patience: 99,
      };
      try {
        const common = { agents: opened.agents, evaluator, bank, journal, ...limits };
        const running = existsSync(journal)
          ? resume(common)
          : optimize({ ...common, task, policy, seed: Number(values.seed), team: portable(team) });
        const { best, costs, ended } = await running.result;
        const found = best ? `${best.speedup.ratio.toFixed(2)}× by ${best.agent}` : "nothing faster";
        process.stderr.write(
          `${name} ${arm}: ${found}, ${costs.modelCalls} calls, ${costs.evaluations} evaluations, ${(costs.wallMs / 1000).toFixed(0)} s (${ended})\n`,
        );
      } finally {
        await opened.close();
        await bank.close();
      }
      writeFileSync(kept, gzipSync(readFileSync(journal), { level: 9 }));
      rmSync(journal);
    }
  }
} finally {
  await evaluator.close();
}

/** Where the file lies here is nobody else's business. */
function portable(team: readonly TeamMember[]): TeamMember[] {
  return team.map((each) => ({ ...each, spec: each.spec.replace(/^gguf:.*\//s, "gguf:") }));
}
