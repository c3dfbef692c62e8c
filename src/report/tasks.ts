/** Tasks for a person: the list of those that there are, and what a check of one found. */
import type { TaskFinding, TaskReport } from "../evaluate/check-task.ts";
import type { Guess } from "../task/infer/infer.ts";
import type { FunctionTask } from "../task/task.ts";
import { formatDuration } from "./figures.ts";
import { padEnd, table, wrap } from "./layout.ts";
import type { Style } from "./style.ts";

export interface TaskLayout {
  readonly style: Style;
  readonly width: number;
}

export function formatTaskList(tasks: readonly FunctionTask[], { style, width }: TaskLayout): string {
  return table(
    [{ title: "task" }, { title: "language" }, { title: "what it does", flexible: true }],
    tasks.map((task) => [{ text: task.name, paint: style.accent }, task.language, task.description]),
    { width, paintTitle: style.quiet },
  );
}

/** What was guessed, as it would stand in task.json, and why. */
export function formatGuess({ key, value, why }: Guess, { style, width }: TaskLayout): string {
  const text = wrap(`"${key}": ${JSON.stringify(value)} (${why})`, { width, lead: "guessed  " });
  return style.quiet(text.slice(0, 9)) + text.slice(9);
}

/** What `task init` says when it is done. */
export function formatNewTask(folder: string, guesses: readonly Guess[], layout: TaskLayout): string {
  return [
    ...guesses.map((guess) => formatGuess(guess, layout)),
    "",
    layout.style.good(`${folder}/task.json is written.`),
    `Change what was guessed wrong, then: lessonbank task check ${folder}`,
  ].join("\n");
}

const looks = {
  ok: { symbol: "✓", kind: "good" },
  warning: { symbol: "!", kind: "doubtful" },
  error: { symbol: "✗", kind: "bad" },
} as const;

/** Wide enough for every check's name. */
const nameWidth = "writes-outputs".length;

export function formatTaskReport(name: string, report: TaskReport, layout: TaskLayout): string {
  const { style } = layout;
  const verdict = report.ok
    ? style.good(`${name} is fit to judge candidates with`)
    : style.bad(`${name} cannot be used as it is`);
  const time =
    report.referenceMs === undefined
      ? ""
      : style.quiet(`; a call of the reference takes ${formatDuration(report.referenceMs)}`);
  return [...report.findings.map((finding) => formatFinding(finding, layout)), "", verdict + time].join("\n");
}

function formatFinding(
  { check, status, message, remedy }: TaskFinding,
  { style, width }: TaskLayout,
): string {
  const { symbol, kind } = looks[status];
  const lead = `${symbol} ${padEnd(check, nameWidth)}  `;
  // What a compiler says stands in columns: its lines stay as they are.
  const [first = "", ...more] = message.split("\n");
  const text = [wrap(first, { width, lead }), ...more.map((line) => " ".repeat(lead.length) + line)].join(
    "\n",
  );
  const painted = style[kind](text.slice(0, lead.length)) + text.slice(lead.length);
  return remedy === undefined
    ? painted
    : `${painted}\n${style.accent(wrap(remedy, { width, lead: `${" ".repeat(lead.length)}→ ` }))}`;
}
