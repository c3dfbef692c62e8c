/** Opens a repository for a command, and says how far that is. */
import { openProject } from "../codebase/open-project.ts";
import type { OpenProject, OpenProgress, ProjectSettings } from "../codebase/project/project.ts";
import type { Appearance } from "./appearance.ts";
import type { Terminal } from "./terminal.ts";

const words = {
  copy: "copying the repository",
  build: "building it",
  test: "testing it as it is",
  bench: "timing it as it is",
} as const;

/** The caller closes it. */
export async function openShownProject(
  settings: ProjectSettings,
  { screen, style }: Appearance["progress"],
  terminal: Terminal,
  onStage: (stage: OpenProgress["stage"]) => void = () => {},
): Promise<OpenProject> {
  let now: string = words.copy;
  screen.live(() => [`  ${screen.spinner()} ${now}`]);
  try {
    const project = await openProject(settings, {
      signal: terminal.signal,
      onProgress: ({ stage, run, runs }) => {
        onStage(stage);
        now = words[stage] + (runs > 1 ? `, ${run} of ${runs}` : "");
      },
    });
    for (const note of project.baseline.notes) screen.print(style.doubtful(`note: ${note}`));
    return project;
  } finally {
    screen.endLive();
  }
}
