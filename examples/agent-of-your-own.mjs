/**
 * An agent of one's own, in the same team as those that ship with it: it asks the compiler to vectorise and unroll more than it
 * would by itself, and says what came of it.
 *
 *   node examples/agent-of-your-own.mjs [TASK FOLDER]
 */
import { fileURLToPath } from "node:url";
import { loadTask, optimize } from "lessonbank";

/** @type {import("lessonbank").Agent} */
const pragmas = {
  name: "pragmas",
  kind: "rewriter",
  speciality: "what the compiler can be told in one line",

  /** One setting a round, until there are none left. */
  async propose({ task, round }) {
    const setting = ["unroll-loops", "tree-vectorize"][round];
    if (!setting) return undefined;
    return {
      source: `#pragma GCC optimize("${setting}")\n${task.source.text}`,
      transformations: [{ name: "compiler-pragma", parameters: { setting }, place: "the whole file" }],
      assumptions: [],
      summary: `#pragma GCC optimize("${setting}")`,
    };
  },

  async explain({ candidate, outcome }) {
    const effect =
      outcome.status !== "measured"
        ? `was ${outcome.status}`
        : outcome.faster
          ? "was faster"
          : "made no difference";
    return { text: `Telling the compiler ${candidate.summary} ${effect}.`, preconditions: [] };
  },
};

const folder = process.argv[2] ?? fileURLToPath(new URL("../tasks/polynomial", import.meta.url));
const { attempts, best } = await optimize({ task: await loadTask(folder), agents: [pragmas], seed: 1 })
  .result;
for (const { agent, summary, outcome } of attempts) {
  const found = outcome.status === "measured" ? `${outcome.speedup.ratio.toFixed(2)}×` : outcome.status;
  console.log(`${agent}: ${summary}: ${found}`);
}
console.log(best ? `winner: ${best.agent}` : "nothing was faster for certain");
