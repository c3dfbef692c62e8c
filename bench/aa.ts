/**
 * Identical programs against each other: how often is one of them announced as faster or slower? Three kinds of 10 ms kernel, half of the
 * comparisons while another process keeps a core busy.
 *
 *   npm run bench:aa -- [--comparisons 100] [--kernels a,b] [--records FILE] [--json]
 *
 * With `--rounds N` nothing is judged: N rounds of pairs a kernel and load are recorded, and what the stopping rule, as it is built
 * now, would say of them is found by drawing from them, with differences of 2, 5 and 10 % added too. `--analyse FILE` does that, or the
 * table of comparisons, again from what was recorded.
 */
import { parseArgs } from "node:util";
import { createEvaluator } from "lessonbank";
import { oneOf, tellMistakes, wholeNumber } from "./arguments.ts";
import { compare, summarise, type Comparison } from "./comparison.ts";
import { kernelNames, loadKernel, type Kernel, type KernelName } from "./kernels.ts";
import { startLoad, type Load } from "./load.ts";
import { machineLine } from "./machine.ts";
import { proportionText } from "./proportion.ts";
import { grouped, openRecords, readRecords, type Records } from "./records.ts";
import { builtRule, resample } from "./resample.ts";
import { generator } from "./sampling.ts";
import { percent, seconds, table } from "./table.ts";

tellMistakes();
const { values } = parseArgs({
  options: {
    comparisons: { type: "string", default: "100" },
    rounds: { type: "string" },
    kernels: { type: "string", default: kernelNames.join(",") },
    records: { type: "string" },
    analyse: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

/** A kernel under a load, and its share of what is measured of the kernel. */
interface Cell {
  readonly kernel: KernelName;
  readonly load: Load;
  readonly share: number;
}

const wanted = values.kernels.split(",").map((name) => oneOf("kernels", name, kernelNames));
const comparisons = wholeNumber("comparisons", values.comparisons);
const rounds = values.rounds === undefined ? undefined : wholeNumber("rounds", values.rounds);
const cells = wanted.flatMap((kernel): Cell[] =>
  kernel === "memory"
    ? [
        { kernel, load: "idle", share: 1 / 2 },
        { kernel, load: "spinning", share: 1 / 4 },
        { kernel, load: "thrashing", share: 1 / 4 },
      ]
    : [
        { kernel, load: "idle", share: 1 / 2 },
        { kernel, load: "spinning", share: 1 / 2 },
      ],
);
/** Comparisons in a row under one load: what drifts over an hour then reaches every cell alike. */
const atOnce = 5;

if (values.analyse === undefined) {
  const records = openRecords<Comparison>("aa", values.records);
  await measure(records);
  await report(records);
} else await report(readRecords<Comparison>("aa", values.analyse));

async function measure(records: Records<Comparison>): Promise<void> {
  const kernels = new Map<KernelName, Kernel>();
  for (const name of wanted) kernels.set(name, await loadKernel(name, 0));
  const evaluator = await createEvaluator();
  try {
    while (cells.some((cell) => missing(cell, records.items))) {
      for (const cell of cells) {
        const end = await startLoad(cell.load);
        try {
          for (let turn = 0; turn < atOnce && missing(cell, records.items); turn++) {
            const comparison = await compare(evaluator, kernels.get(cell.kernel)!, {
              purpose: rounds === undefined ? "judge" : "measure",
              extraPercent: 0,
              load: cell.load,
              serial: records.items.length + 1,
            });
            records.add(comparison);
            tell(comparison);
          }
        } finally {
          await end();
        }
      }
    }
  } finally {
    await evaluator.close();
  }
}

function missing(cell: Cell, items: readonly Comparison[]): boolean {
  const own = items.filter((item) => item.kernel === cell.kernel && item.load === cell.load);
  if (rounds === undefined)
    return own.filter((item) => item.purpose === "judge").length < comparisons * cell.share;
  const recorded = own.filter((item) => item.purpose === "measure").flatMap((item) => item.rounds);
  return recorded.length < rounds;
}

function tell({ kernel, load, outcome, seconds: { total } }: Comparison): void {
  const found =
    outcome.status === "measured"
      ? `${outcome.speedup.ratio.toFixed(3)} [${outcome.speedup.low.toFixed(3)}, ${outcome.speedup.high.toFixed(3)}]`
      : outcome.status;
  process.stderr.write(
    `${kernel.padEnd(10)} ${load.padEnd(9)} ${found}, ${outcome.calls} calls, ${seconds(total)} s\n`,
  );
}

async function report({ machine, items }: Omit<Records<Comparison>, "add">): Promise<void> {
  const judged = items.filter((item) => item.purpose === "judge");
  const measured = items.filter((item) => item.purpose === "measure");
  const groups = [
    ...grouped(judged, (item) => `${item.kernel}, ${item.load}`),
    ...grouped(judged, (item) => item.kernel),
    ...(judged.length > 0 ? [["all", judged] as const] : []),
  ].map(([name, group]) => ({ name, ...summarise(group) }));
  const resampled = await resampling(measured);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, groups, resampled }, null, 2)}\n`);
    return;
  }
  const parts = [machineLine(machine)];
  if (groups.length > 0)
    parts.push(
      table(
        [
          "kernel, other core",
          "false wins [95 %]",
          "false losses [95 %]",
          "pairs",
          "processes",
          "rounds",
          "calls",
          "seconds",
        ],
        groups.map((group) => [
          group.name,
          proportionText(group.wins),
          proportionText(group.losses),
          percent(group.scatter.withinProcesses),
          percent(group.scatter.betweenProcesses),
          percent(group.scatter.rounds),
          String(group.medianCalls),
          seconds(group.medianSeconds),
        ]),
      ),
      "Scatter of log ratios: pairs within a process, process to process, and the values of rounds. Calls and seconds are medians a comparison.",
      ...groups.slice(-1).flatMap((all) => all.failures.map((failure) => `Not measured: ${failure}`)),
    );
  if (resampled.length > 0)
    parts.push(
      table(
        ["kernel, other core", "recorded rounds", "scatter", "true speedup", "win", "loss", "mean rounds"],
        resampled.map((row) => [
          row.name,
          String(row.recorded),
          percent(row.scatter.rounds),
          row.speedup.toFixed(2),
          percent(row.shares["win"] ?? 0),
          percent(row.shares["loss"] ?? 0),
          row.meanRounds.toFixed(1),
        ]),
      ),
      "What the stopping rule says of rounds drawn from those that were recorded, at normal effort.",
    );
  process.stdout.write(`${parts.join("\n\n")}\n`);
}

async function resampling(measured: readonly Comparison[]) {
  if (measured.length === 0) return [];
  const rule = await builtRule("normal");
  return grouped(measured, (item) => `${item.kernel}, ${item.load}`).flatMap(([name, group]) => {
    const logRatios = group.flatMap((item) => item.rounds.map((round) => round.logRatio));
    const { scatter } = summarise(group);
    return [1, 1.02, 1.05, 1.1].map((speedup) => ({
      name,
      recorded: logRatios.length,
      scatter,
      speedup,
      ...resample(logRatios, rule, { speedup, trials: 10_000, random: generator(1) }),
    }));
  });
}
