/**
 * What recorded runs of a model came to, read from their journals: by task and arm.
 *
 *   npm run bench:model-table -- [--from lessons/runs]
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readJournal, replay, silentTeam, type OptimizeResult, type TeamMember } from "lessonbank";
import { table } from "./table.ts";

const { values } = parseArgs({
  options: {
    from: { type: "string", default: fileURLToPath(new URL("../../lessons/runs", import.meta.url)) },
  },
});
const rows: string[][] = [];
for (const name of readdirSync(values.from)
  .filter((each) => each.endsWith(".jsonl.gz"))
  .toSorted()) {
  const journal = readJournal(join(values.from, name));
  const agents = silentTeam(journal.started.team as TeamMember[]);
  const result = await replay({ journal, agents }).result;
  const [task = "", arm = ""] = name.split(".");
  const models = result.attempts.filter(({ agent }) => agent === "model");
  const right = models.filter(({ outcome }) => outcome.status === "measured").length;
  // A turn that brought no candidate: a reply without code, the reference again, or a text that was tried.
  const passed = journal.lines.filter(
    (line) => line.type === "agent-passed" && line.agent === "model",
  ).length;
  rows.push([
    task,
    arm,
    `${right} of ${models.length}`,
    String(passed),
    best(result),
    String(result.costs.modelCalls),
    `${result.costs.inputTokens} + ${result.costs.outputTokens}`,
    String(result.costs.evaluations),
    (result.costs.wallMs / 1000).toFixed(0),
  ]);
}
process.stdout.write(
  `${table(["task", "arm", "model's right", "turns without a candidate", "best [99 %], by", "calls", "tokens in + out", "evaluations", "seconds"], rows)}\n`,
);

function best({ best: found }: OptimizeResult): string {
  if (!found) return "nothing faster";
  const { ratio, low, high } = found.speedup;
  return `${ratio.toFixed(2)}× [${low.toFixed(2)}, ${high.toFixed(2)}], ${found.agent}`;
}
