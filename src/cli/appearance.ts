/** How a command's output looks: colour, width, and whether anything is shown while it works. */
import type { Command } from "commander";
import { layoutWidth } from "../report/layout.ts";
import { blankScreen, createScreen, type Screen } from "../report/screen.ts";
import { createStyle, type Style } from "../report/style.ts";
import type { Output, Terminal } from "./terminal.ts";

export interface Appearance {
  /** Of the result, on stdout. */
  readonly style: Style;
  readonly width: number;
  /** Of progress, on stderr. */
  readonly progress: { readonly screen: Screen; readonly style: Style; readonly width: number };
}

/** From the options that every command has. */
export function appearanceOf(command: Command, { stdout, stderr, environment }: Terminal): Appearance {
  const { color, quiet } = command.optsWithGlobals<{ color: boolean; quiet?: boolean }>();
  const redrawable = stderr.terminal && environment["TERM"] !== "dumb" && !environment["CI"];
  return {
    style: createStyle(wantsColour(stdout, environment, color)),
    width: layoutWidth(stdout.columns),
    progress: {
      screen: quiet
        ? blankScreen
        : createScreen({ write: (text) => stderr.write(text), terminal: redrawable }),
      style: createStyle(wantsColour(stderr, environment, color)),
      // A line that fills the last column may wrap, and a wrapped line cannot be drawn again.
      width: layoutWidth(stderr.columns) - 1,
    },
  };
}

/** See https://no-color.org and https://force-color.org: `--no-color`, then NO_COLOR, then FORCE_COLOR, then what the stream is. */
export function wantsColour(output: Output, environment: Terminal["environment"], flag: boolean): boolean {
  if (!flag || environment["NO_COLOR"]) return false;
  const force = environment["FORCE_COLOR"];
  if (force !== undefined && force !== "") return force !== "0";
  return output.terminal && environment["TERM"] !== "dumb";
}
