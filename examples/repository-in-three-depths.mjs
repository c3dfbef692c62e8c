/**
 * A function of a repository by library calls, as a refactoring tool would make them: proposals alone; one of them judged by the repository's
 * own tests and benchmark; the whole, up to a patch.
 *
 *   node examples/repository-in-three-depths.mjs [REPOSITORY FILE:FUNCTION TEST BENCH [BUILD]]
 */
import { fileURLToPath } from "node:url";
import {
  commandTask,
  createMemoryBank,
  createStructuralEmbedder,
  defaultTeam,
  findNamed,
  openProject,
  optimizeRepository,
  propose,
} from "lessonbank";

const [
  root = fileURLToPath(new URL("../test/fixtures/repositories/python", import.meta.url)),
  name = "words.py:unique",
  test = "python3 -m unittest discover -s tests -t .",
  bench = "python3 bench.py",
  build,
] = process.argv.slice(2);
const settings = { root, commands: { ...(build && { build }), test, bench }, metric: { kind: "time" } };
const task = commandTask(settings, await findNamed(root, name));

// Propose only: nothing is run, so this takes no time, and nothing is known to be right.
const proposals = await propose({ task, rounds: 1 });
for (const { agent, summary } of proposals) console.log(`proposed by ${agent}: ${summary}`);

// Evaluate only: the text may come from anywhere.
const project = await openProject(settings);
const [first] = proposals;
if (first) {
  const outcome = await project.evaluator.evaluate(task, first.source, { effort: "screen" });
  console.log(`judged: ${first.summary}: ${outcome.status}`);
}

// The whole. Without `functions` it would be those that the profile says can pay.
const bank = createMemoryBank({ embedder: createStructuralEmbedder() });
const { combined, proven } = await optimizeRepository({
  project,
  functions: [name],
  bank,
  evaluations: Number(process.env.EVALUATIONS ?? 8),
  seed: 1,
  team: async (language) => ({ agents: defaultTeam(language), close: async () => {} }),
});
await bank.close();
await project.close();
if (combined?.outcome.status === "measured") {
  const { ratio, low, high } = combined.outcome.speedup;
  const word = proven ? "proven" : "unproven";
  console.log(`${ratio.toFixed(2)}× [${low.toFixed(2)}, ${high.toFixed(2)}], ${word}\n${combined.diff}`);
} else console.log("nothing was faster for certain");
