/**
 * A run as it goes on, for a person: lines that stay, and on a terminal a few lines below them that live: what each agent is
 * trying, how far it is, what is best so far.
 */
import { cleanProse } from "../code/clean-text.ts";
import type { CallPurpose } from "../agent/agent.ts";
import type { RunEvent } from "../run/events.ts";
import { count, formatDuration, formatRatio } from "./figures.ts";
import { cut, padEnd, padStart, textWidth } from "./layout.ts";
import { outcomeInBrief, verdict } from "./outcome.ts";
import { nothingSpent, type Spend } from "../strategy/strategy.ts";
import { formatUsd } from "./forecast.ts";
import type { Screen } from "./screen.ts";
import type { Style } from "./style.ts";

export interface ProgressOptions {
  readonly screen: Screen;
  readonly style: Style;
  readonly width: number;
}

export interface ProgressView {
  /** Shows one event. Never throws. */
  show(event: RunEvent): void;
  /** Takes the living lines away. */
  close(): void;
}

interface Trying {
  readonly agent: string;
  readonly summary: string;
  stage: string;
}

const stageWords: Readonly<Record<string, string>> = {
  queued: "waiting",
  compile: "compiling",
  check: "checking",
  time: "timing",
  waiting: "waiting",
};

const purposeWords: Readonly<Record<CallPurpose, string>> = {
  propose: "asks its model for faster code",
  repair: "asks its model to mend what did not compile",
  lesson: "asks its model what this teaches",
};

export function createProgressView({ screen, style, width }: ProgressOptions): ProgressView {
  const trying = new Map<string, Trying>();
  const startedAt = performance.now();
  let agentWidth = 5;
  let judged = 0;
  let best = "nothing faster yet";
  let closing = false;
  let alternates = false;
  /** Agents whose model is asked, and for what. */
  const asking = new Map<string, string>();
  let spend: Spend = nothingSpent;

  screen.live(() => {
    const elapsed = formatDuration(performance.now() - startedAt);
    const head = `${elapsed} · ${count(judged, "candidate")} judged · ${best}${spendInBrief(spend)}`;
    return [
      style.quiet(cut(head, width)),
      ...[...asking].map(([agent, what]) =>
        cut(`  ${screen.spinner()} ${padEnd(agent, agentWidth)}  ${what}`, width),
      ),
      ...[...trying.values()].map(({ agent, summary, stage }) =>
        cut(`  ${screen.spinner()} ${padEnd(agent, agentWidth)}  ${padEnd(stage, 9)}  ${summary}`, width),
      ),
      ...(closing && trying.size + asking.size === 0
        ? [`  ${screen.spinner()} measuring the winner again, at length`]
        : []),
    ];
  });

  return { show, close: () => screen.endLive() };

  function show(event: RunEvent): void {
    switch (event.type) {
      case "run-started": {
        agentWidth = Math.max(...event.agents.map(({ name }) => textWidth(cleanProse(name))));
        const held =
          event.bank.lessons === 0
            ? "the bank is empty"
            : `the bank holds ${count(event.bank.lessons, "lesson")} from ${count(event.bank.tasks, "task")}`;
        const task = cut(cleanProse(event.task), width);
        const about = cut(`  seed ${event.seed} · ${held}`, width - textWidth(task));
        screen.print(style.title(task) + style.quiet(about));
        const { snapshot } = event.bank;
        if (snapshot !== undefined)
          screen.print(style.quiet(cut(`the bank stays as it is: snapshot ${snapshot.slice(0, 16)}`, width)));
        for (const agent of event.agents) {
          screen.print(
            style.quiet(
              cut(`  ${padEnd(cleanProse(agent.name), agentWidth)}  ${cleanProse(agent.speciality)}`, width),
            ),
          );
        }
        break;
      }
      case "run-resumed":
        screen.print(
          style.quiet(
            `resumed after ${formatDuration(event.elapsedMs)}: ${count(event.lines, "line")} played`,
          ),
        );
        break;
      case "round-started": {
        closing = false;
        const shown =
          event.lessons.length === 0
            ? "no lessons of this run yet"
            : `${count(event.lessons.length, "lesson")} of this run shown`;
        screen.print(style.quiet(`round ${event.round + 1} · ${shown}`));
        break;
      }
      case "candidate-proposed": {
        const { id, agent, summary } = event.candidate;
        trying.set(id, { agent: cleanProse(agent), summary: cleanProse(summary), stage: "waiting" });
        break;
      }
      case "stage-entered": {
        if (event.stage === "waiting" && !alternates) {
          alternates = true;
          screen.print(
            style.quiet(cut("waiting for another evaluation on this machine: they take turns", width)),
          );
        }
        const candidate = trying.get(event.candidate);
        if (candidate) candidate.stage = stageWords[event.stage] ?? event.stage;
        break;
      }
      case "candidate-judged": {
        const { id, agent, summary } = event.candidate;
        trying.delete(id);
        judged++;
        const { symbol, kind } = verdict(event.outcome);
        // What was tried fills the line before what came of it, which stands at a fixed place and is never cut when measured.
        const outcome = outcomeInBrief(event.outcome);
        const left = `  ${symbol} ${padEnd(cleanProse(agent), agentWidth)}  `;
        const room = width - textWidth(left) - 2;
        if (event.outcome.status === "measured") {
          const figures = padStart(outcome, 21);
          const rest = Math.max(8, room - textWidth(figures));
          screen.print(
            `${style[kind](left)}${padEnd(cut(cleanProse(summary), rest), rest)}  ${style[kind](figures)}`,
          );
        } else {
          screen.print(`${style[kind](left)}${cut(cleanProse(summary), room)}`);
          screen.print(style.quiet(cut(`${" ".repeat(textWidth(left))}${outcome}`, width)));
        }
        break;
      }
      case "model-asked":
        asking.set(cleanProse(event.agent), purposeWords[event.purpose]);
        break;
      case "model-answered":
        asking.delete(cleanProse(event.agent));
        spend = event.spend;
        break;
      case "agent-failed":
        screen.print(
          style.bad(
            cut(`  ! ${padEnd(cleanProse(event.agent), agentWidth)}  ${cleanProse(event.reason)}`, width),
          ),
        );
        break;
      case "round-ended": {
        const found = event.best?.outcome;
        if (found?.status === "measured") best = `best ${formatRatio(found.speedup.ratio)}`;
        closing = true;
        break;
      }
      case "winner-confirmed": {
        const { symbol, kind } = verdict(event.outcome);
        const what = cleanProse(event.candidate.summary);
        screen.print(
          style[kind](cut(`  ${symbol} measured again: ${outcomeInBrief(event.outcome)}  ${what}`, width)),
        );
        break;
      }
      case "run-ended":
        screen.print(style.quiet(cut(`ended: ${cleanProse(event.result.ended)}`, width)));
        screen.print("");
        break;
      case "agent-passed":
      case "lesson-banked":
      case "factors-updated":
        break;
    }
  }
}

/** Nothing where no model was asked. */
function spendInBrief({ modelCalls, inputTokens, outputTokens, usd }: Spend): string {
  if (modelCalls === 0) return "";
  const tokens = (inputTokens + outputTokens).toLocaleString("en-US");
  return ` · ${count(modelCalls, "model call")}, ${tokens} tokens${usd > 0 ? `, ${formatUsd(usd)}` : ""}`;
}
