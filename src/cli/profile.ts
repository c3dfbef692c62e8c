/** `lessonbank profile`: where a repository's benchmark spends its time. */
import { Command } from "commander";
import { profileProject } from "../codebase/profile/profile-project.ts";
import { printDocument } from "../report/documents.ts";
import { formatProfile } from "../report/profile.ts";
import { appearanceOf } from "./appearance.ts";
import { openShownProject } from "./open-project.ts";
import { addProjectOptions, chooseProject, projectRoot, type ProjectFlags } from "./project-options.ts";
import type { Terminal } from "./terminal.ts";

interface ProfileFlags extends ProjectFlags {
  readonly json?: boolean;
}

export function profileCommand(terminal: Terminal): Command {
  const command = new Command("profile")
    .description("show where a repository's benchmark spends its time, by function")
    .argument("[directory]", "the repository (default: this folder)");
  return addProjectOptions(command)
    .option("--json", "print one JSON document")
    .action(async (directory: string | undefined, flags: ProfileFlags, running: Command) => {
      const appearance = appearanceOf(running, terminal);
      const { settings, file } = await chooseProject(projectRoot(terminal, directory), flags);
      const project = await openShownProject(settings, appearance.progress, terminal);
      try {
        const profile = await profileProject(project, { signal: terminal.signal, exclude: file.exclude });
        terminal.stdout.write(
          flags.json ? printDocument(profile) : `${formatProfile(profile, appearance)}\n`,
        );
      } finally {
        await project.close();
      }
    });
}
