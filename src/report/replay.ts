/** What a person reads of a replay: whether it held, what else it might have shown, and what its candidates do here. */
import { cleanProse } from "../code/clean-text.ts";
import type { Outcome } from "../evaluate/outcome.ts";
import type { Retimed } from "../run/retime.ts";
import type { WhatIf } from "../run/what-if.ts";
import { count, formatSpeedup } from "./figures.ts";
import { table, wrap, type Cell } from "./layout.ts";
import type { Style } from "./style.ts";

interface Appearance {
  readonly style: Style;
  readonly width: number;
}

export function formatWhatIf(found: WhatIf, { style, width }: Appearance): string {
  const { task, policy, rounds, shown, result, recordEnds } = found;
  const title =
    policy.asked === policy.recorded
      ? `${cleanProse(task)} in ${count(rounds.asked, "round")} at the most`
      : `${cleanProse(task)} under the policy ${policy.asked}, recorded under ${policy.recorded}`;
  const rows = shown.map(({ round, recorded, asked }): (string | Cell)[] => {
    const same = recorded.join() === asked.join();
    return [
      String(round + 1),
      recorded.join(" ") || "none",
      { text: same ? "the same" : asked.join(" ") || "none", paint: same ? style.quiet : style.doubtful },
    ];
  });
  const best = result.best
    ? `Best: ${formatSpeedup(result.best.speedup)} by ${result.best.agent} in round ${result.best.round + 1}${result.best.confirmed ? "" : ", not measured a second time"}.`
    : "Nothing was faster for certain.";
  const end = recordEnds
    ? `The record ends in round ${recordEnds.round + 1}: it does not hold ${recordEnds.wanting}. What would have come after that, it cannot tell.`
    : `The record holds the whole of that run. It ended: ${cleanProse(result.ended)}.`;
  return [
    style.title(title),
    table(
      [
        { title: "round", align: "right" },
        { title: "lessons shown" },
        { title: "would have been shown", flexible: true },
      ],
      rows,
      { width, paintTitle: style.quiet },
    ),
    wrap(`${count(result.attempts.length, "candidate")} judged. ${best}`, { width }),
    style.doubtful(wrap(end, { width })),
  ].join("\n\n");
}

export function formatRetimed({ task, candidates, contexts }: Retimed, { style, width }: Appearance): string {
  const rows = candidates.map(({ round, agent, summary, recorded, here, agrees }): (string | Cell)[] => [
    String(round + 1),
    agent,
    summary,
    inBrief(recorded),
    { text: inBrief(here), paint: agrees ? style.good : style.doubtful },
  ]);
  const held = candidates.filter(({ agrees }) => agrees).length;
  return [
    style.title(cleanProse(task)),
    wrap(
      `Recorded on ${contexts.recorded.cpu} with ${contexts.recorded.compiler}; here: ${contexts.here.cpu} with ${contexts.here.compiler}.`,
      { width },
    ),
    table(
      [
        { title: "round", align: "right" },
        { title: "agent" },
        { title: "what was tried", flexible: true },
        { title: "recorded, at 99 %" },
        { title: "here, at 99 %" },
      ],
      rows,
      { width, paintTitle: style.quiet },
    ),
    wrap(
      `${held} of ${count(candidates.length, "candidate")} fared as recorded: the same kind of Outcome, and intervals that overlap.`,
      { width },
    ),
  ].join("\n\n");
}

function inBrief(outcome: Outcome): string {
  return outcome.status === "measured" ? formatSpeedup(outcome.speedup) : outcome.status;
}
