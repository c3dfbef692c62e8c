/** Shows a repository's run: one line for each function with what was spent so far, and below it the run's own progress. */
import type { RepositoryEvent } from "../codebase/repository-result.ts";
import { count, formatDuration } from "../report/figures.ts";
import { wrap } from "../report/layout.ts";
import { formatProfile } from "../report/profile.ts";
import { createProgressView, type ProgressView } from "../report/progress.ts";
import type { Appearance } from "./appearance.ts";

/** `show` never throws; `close` takes the living lines away. */
export function createRepositoryView(progress: Appearance["progress"]): {
  readonly show: (event: RepositoryEvent) => void;
  readonly close: () => void;
} {
  const { screen, style, width } = progress;
  let view: ProgressView | undefined;
  const close = (): void => {
    view?.close();
    view = undefined;
  };
  const show = (event: RepositoryEvent): void => {
    switch (event.type) {
      case "profiled":
        screen.print(formatProfile(event.profile, { style, width }));
        break;
      case "function-started":
        if (event.warning !== undefined) screen.print(style.doubtful(wrap(event.warning, { width })));
        screen.print(style.title(`${event.task.name} (${event.index + 1} of ${event.of})`));
        if (event.index > 0) screen.print(style.quiet(`  ${soFar(event)}`));
        view = createProgressView(progress);
        break;
      case "run":
        view?.show(event.event);
        if (event.event.type === "run-ended") close();
        break;
      case "proving":
        if (event.done === 0)
          screen.print(
            style.quiet(
              `  seeing whether the tests notice it: ${count(event.of, "version")} broken on purpose`,
            ),
          );
        break;
      case "combining":
        screen.print(style.quiet(`measuring all ${event.functions} changes together`));
        break;
      case "function-ended":
        break;
    }
  };
  return { show, close };
}

function soFar({ index, of, spent }: Extract<RepositoryEvent, { type: "function-started" }>): string {
  const money = spent.modelCalls > 0 ? `, ${spent.usd.toFixed(4)} USD` : "";
  const left = (spent.wallMs / index) * (of - index);
  return `so far ${count(spent.evaluations, "candidate")}${money}, ${formatDuration(spent.wallMs)}; about ${formatDuration(left)} to go`;
}
