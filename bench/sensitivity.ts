/**
 * Is a true difference found? References that do 2, 5 and 10 % more work than asked for, against candidates that do not, at normal effort.
 * How much faster the candidates truly are is measured at length beside it.
 *
 *   npm run bench:sensitivity -- [--comparisons 40] [--kernels a,b] [--percents 2,5,10] [--load idle|spinning|thrashing] [--records FILE] [--json]
 *   npm run bench:sensitivity -- --analyse FILE
 */
import { parseArgs } from "node:util";
import { createEvaluator } from "lessonbank";
import { oneOf, tellMistakes, wholeNumber } from "./arguments.ts";
import { compare, summarise, type Comparison } from "./comparison.ts";
import { kernelNames, loadKernel, type Kernel } from "./kernels.ts";
import { loads, startLoad } from "./load.ts";
import { machineLine } from "./machine.ts";
import { proportionText } from "./proportion.ts";
import { grouped, openRecords, readRecords, type Records } from "./records.ts";
import { mean } from "./scatter.ts";
import { percent, seconds, table } from "./table.ts";

tellMistakes();
const { values } = parseArgs({
  options: {
    comparisons: { type: "string", default: "40" },
    kernels: { type: "string", default: kernelNames.join(",") },
    percents: { type: "string", default: "2,5,10" },
    load: { type: "string", default: "idle" },
    records: { type: "string" },
    analyse: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
/** Rounds, at the least, behind each true speedup. */
const roundsAtLength = 24;
const percents = values.percents.split(",").map((each) => wholeNumber("percents", each));
const kernelsWanted = values.kernels.split(",").map((name) => oneOf("kernels", name, kernelNames));
const load = oneOf("load", values.load, loads);
const comparisons = wholeNumber("comparisons", values.comparisons);

if (values.analyse === undefined) {
  const records = openRecords<Comparison>("sensitivity", values.records);
  await measure(records);
  report(records);
} else report(readRecords<Comparison>("sensitivity", values.analyse));

async function measure(records: Records<Comparison>): Promise<void> {
  const end = await startLoad(load);
  const evaluator = await createEvaluator();
  try {
    const cells: { kernel: Kernel; extraPercent: number }[] = [];
    for (const name of kernelsWanted)
      for (const extraPercent of percents)
        cells.push({ kernel: await loadKernel(name, extraPercent), extraPercent });
    // Cell by cell in turn, so that what drifts reaches all alike.
    for (let asked = true; asked;) {
      asked = false;
      for (const { kernel, extraPercent } of cells) {
        const purpose = nextPurpose(records.items, kernel, extraPercent);
        if (!purpose) continue;
        asked = true;
        const serial = records.items.length + 1;
        const comparison = await compare(evaluator, kernel, { purpose, extraPercent, load, serial });
        records.add(comparison);
        tell(comparison);
      }
    }
  } finally {
    await evaluator.close();
    await end();
  }
}

/** Measuring at length is spread over the comparisons. */
function nextPurpose(
  items: readonly Comparison[],
  kernel: Kernel,
  extraPercent: number,
): Comparison["purpose"] | undefined {
  const own = items.filter(
    (item) => item.kernel === kernel.name && item.extraPercent === extraPercent && item.load === load,
  );
  const judged = own.filter((item) => item.purpose === "judge").length / comparisons;
  const measured =
    own.filter((item) => item.purpose === "measure").flatMap((item) => item.rounds).length / roundsAtLength;
  if (judged >= 1 && measured >= 1) return undefined;
  return judged <= measured && judged < 1 ? "judge" : "measure";
}

function tell({ purpose, kernel, extraPercent, outcome, seconds: { total } }: Comparison): void {
  const found =
    outcome.status === "measured"
      ? `${outcome.speedup.ratio.toFixed(3)} from ${outcome.speedup.low.toFixed(3)}`
      : outcome.status;
  process.stderr.write(
    `${purpose.padEnd(7)} ${kernel.padEnd(10)} +${extraPercent} %: ${found}, ${outcome.calls} calls, ${seconds(total)} s\n`,
  );
}

function report({ machine, items }: Omit<Records<Comparison>, "add">): void {
  const cells = grouped(items, (item) => `${item.kernel}, ${item.load}, +${item.extraPercent} %`);
  const totals = grouped(items, (item) => `all, +${item.extraPercent} %`);
  const rows = [...cells, ...totals].map(([name, group]) => ({
    name,
    truth: name.startsWith("all") ? undefined : truth(group),
    ...summarise(group.filter((item) => item.purpose === "judge")),
  }));
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ machine, rows }, null, 2)}\n`);
    return;
  }
  const text = table(
    [
      "kernel, other core, planted",
      "true speedup ± 2 s.e.",
      "found [95 %]",
      "taken for slower",
      "scatter of rounds",
      "calls",
      "seconds",
    ],
    rows.map((row) => [
      row.name,
      row.truth ? `${row.truth.ratio.toFixed(3)} ± ${(2 * row.truth.standardError).toFixed(3)}` : "",
      proportionText(row.wins),
      `${row.losses.count}`,
      percent(row.scatter.rounds),
      String(row.medianCalls),
      seconds(row.medianSeconds),
    ]),
  );
  const failures = rows.filter((row) => row.name.startsWith("all")).flatMap((row) => row.failures);
  process.stdout.write(
    `${[machineLine(machine), text, "Calls and seconds are medians a comparison.", ...failures.map((failure) => `Not measured: ${failure}`)].join("\n\n")}\n`,
  );
}

/** From the measurements at length alone: how judging ends depends on what it found. */
function truth(group: readonly Comparison[]): { ratio: number; standardError: number } | undefined {
  const logRatios = group
    .filter((item) => item.purpose === "measure")
    .flatMap((item) => item.rounds.map((round) => round.logRatio));
  if (logRatios.length < 2) return undefined;
  const middle = mean(logRatios);
  const variance = logRatios.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (logRatios.length - 1);
  return {
    ratio: Math.exp(middle),
    standardError: Math.exp(middle) * Math.sqrt(variance / logRatios.length),
  };
}
