import { expect, test } from "vitest";
import type { Candidate } from "../../src/agent/agent.ts";
import { textWidth } from "../../src/report/layout.ts";
import { createProgressView } from "../../src/report/progress.ts";
import { createScreen } from "../../src/report/screen.ts";
import { plainStyle } from "../../src/report/style.ts";
import type { RunEvent } from "../../src/run/events.ts";
import { measured, result, wrongOutput } from "./scripted.ts";

const candidate: Candidate = {
  id: "c1",
  agent: "loops",
  round: 0,
  lessons: [],
  source: "",
  transformations: [],
  assumptions: [],
  summary:
    "loop interchange: the loop over k goes outside the loop over j, and everything else stays\u001b[31m",
};

const events: RunEvent[] = [
  {
    type: "run-started",
    run: "r",
    task: "product",
    taskHash: "ab",
    strategy: "lessonl",
    policy: "lessonl",
    seed: 7,
    agents: [
      { name: "loops", kind: "rewriter", speciality: "order and shape of loops" },
      { name: "arithmetic", kind: "rewriter", speciality: "cheaper operations" },
    ],
    bank: { lessons: 41, tasks: 3 },
    context: result.lessons[0]!.context,
  },
  { type: "round-started", round: 0, lessons: [] },
  { type: "candidate-proposed", candidate },
  { type: "stage-entered", candidate: "c1", stage: "compile" },
  { type: "candidate-judged", candidate, outcome: measured(2.5) },
  {
    type: "candidate-judged",
    candidate: { ...candidate, id: "c2", agent: "arithmetic" },
    outcome: wrongOutput,
  },
  { type: "round-ended", round: 0, best: { candidate, outcome: measured(2.5) } },
  { type: "winner-confirmed", candidate, outcome: measured(2.48) },
  { type: "run-ended", result },
];

function show(terminal: boolean, width: number): string {
  let written = "";
  const screen = createScreen({ write: (text) => (written += text), terminal });
  const view = createProgressView({ screen, style: plainStyle, width });
  for (const event of events) view.show(event);
  view.close();
  return written;
}

test("without a terminal, progress is plain lines", () => {
  expect(show(false, 79)).toMatchInlineSnapshot(`
    "product  seed 7 · the bank holds 41 lessons from 3 tasks
      loops       order and shape of loops
      arithmetic  cheaper operations
    round 1 · no lessons of this run yet
      ✓ loops       loop interchange: the loop over k goes…      2.50× [2.45, 2.55]
      ✗ arithmetic  loop interchange: the loop over k goes outside the loop over…
                    wrong-output: C[37] is 4.5 where the reference gives 4.25 (m=7…
      ✓ measured again: 2.48× [2.43, 2.53]  loop interchange: the loop over k goes…
    ended: 2 rounds were done

    "
  `);
});

test("no line of progress is wider than the terminal", () => {
  expect(
    show(false, 50)
      .split("\n")
      .filter((line) => textWidth(line) > 50),
  ).toEqual([]);
});

test("on a terminal the living lines are taken away again, and what stays is the same as without one", () => {
  expect(replay(show(true, 79))).toBe(show(false, 79));
});

/** What a terminal holds after drawing: knows "n lines up" and "clear to the end", which is all that a screen uses. */
function replay(text: string): string {
  let lines: string[] = [""];
  // oxlint-disable-next-line no-control-regex
  for (const part of text.split(/(\u001b\[\d+A\u001b\[0J|\n)/)) {
    // oxlint-disable-next-line no-control-regex
    const up = /^\u001b\[(\d+)A/.exec(part);
    if (up) lines = [...lines.slice(0, lines.length - 1 - Number(up[1])), ""];
    else if (part === "\n") lines.push("");
    else lines[lines.length - 1] += part;
  }
  return lines.join("\n");
}
