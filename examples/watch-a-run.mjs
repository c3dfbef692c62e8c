/**
 * A run as a library call: its events while it goes on, then its result.
 *
 *   node examples/watch-a-run.mjs [TASK FOLDER]
 */
import { fileURLToPath } from "node:url";
import { loadTask, openBank, optimize } from "lessonbank";

const folder = process.argv[2] ?? fileURLToPath(new URL("../tasks/moving-average", import.meta.url));
const task = await loadTask(folder);
const bank = await openBank(process.env.BANK ?? ".lessonbank/example-bank");

// Ctrl-C ends the run early; its result then holds what was measured so far.
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

const run = optimize({ task, bank, seed: 1, rounds: 2, evaluations: 3, signal: stop.signal });
for await (const event of run) {
  switch (event.type) {
    case "candidate-proposed":
      console.log(`${event.candidate.agent} tries: ${event.candidate.summary}`);
      break;
    case "candidate-judged":
      console.log(`${event.candidate.agent} found: ${event.outcome.status}`);
      break;
    case "lesson-banked":
      console.log(`learned: ${event.lesson.text}`);
      break;
  }
}

const { best, attempts } = await run.result;
if (best) {
  const { ratio, low, high } = best.speedup;
  console.log(`${task.name}: ${ratio.toFixed(2)}× [${low.toFixed(2)}, ${high.toFixed(2)}]\n${best.diff}`);
} else {
  console.log(`${task.name}: none of ${attempts.length} candidates is faster for certain`);
}
await bank.close();
