/**
 * The whole command line: which commands there are, and how whatever they throw becomes a message and an exit code. This is
 * the only place that decides either.
 */
import { Command, CommanderError } from "commander";
import { cleanSource } from "../code/clean-text.ts";
import { LessonbankError } from "../errors.ts";
import { packageVersion } from "../version.ts";
import { wantsColour } from "./appearance.ts";
import { createStyle } from "../report/style.ts";
import { doctorCommand } from "./doctor.ts";
import { evaluateCommand } from "./evaluate.ts";
import { initCommand } from "./init.ts";
import { lessonsCommand } from "./lessons.ts";
import { optimizeCommand } from "./optimize.ts";
import { profileCommand } from "./profile.ts";
import { replayCommand } from "./replay.ts";
import { taskCommand } from "./task.ts";
import { type CommandState, interruptedCode, type Terminal } from "./terminal.ts";

/** 0: the command did its work. */
type ExitCode = 0 | 1 | 2 | typeof interruptedCode;

/** Runs one command. Never throws. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const state: CommandState = { exitCode: 0 };
  const program = createProgram(terminal, state);
  try {
    await program.parseAsync([...args], { from: "user" });
    if (terminal.signal.aborted) return interruptedCode;
    return state.exitCode;
  } catch (error) {
    // Commander has printed its message, and help is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (terminal.signal.aborted) {
      terminal.stderr.write("interrupted\n");
      return interruptedCode;
    }
    terminal.stderr.write(describeError(error, terminal, args));
    return error instanceof LessonbankError && error.kind === "usage" ? 2 : 1;
  }
}

function createProgram(terminal: Terminal, state: CommandState): Command {
  const program = new Command("lessonbank")
    .description("A team of agents makes functions faster and keeps what it learned.")
    .version(packageVersion(), "-V, --version", "print the version")
    .option("--no-color", "print without colours")
    .option("-q, --quiet", "print no progress")
    .option("-v, --verbose", "on an error of ours, print where it happened")
    .addHelpText(
      "after",
      `
Examples:
  lessonbank optimize slow.cpp:transpose        a function of yours, no task file needed
  lessonbank optimize matrix-product            a task that ships with it
  lessonbank init; lessonbank optimize --repo .   a whole repository, judged by its own tests and benchmark
  lessonbank optimize --resume JOURNAL          go on with a run that was interrupted
  lessonbank replay JOURNAL                     a run again, without model and compiler
  lessonbank task init slow.cpp:transpose       write the task file and say what was guessed
  lessonbank lessons search "inner loop strides by a row"
`,
    );
  const commands = [
    optimizeCommand(terminal),
    evaluateCommand(terminal),
    taskCommand(terminal, state),
    lessonsCommand(terminal),
    replayCommand(terminal),
    initCommand(terminal),
    profileCommand(terminal),
    doctorCommand(terminal, state),
  ];
  for (const command of commands) program.addCommand(command);
  prepare(program, terminal);
  return program;
}

/** Settings that commander does not hand down to commands that are added. */
function prepare(command: Command, terminal: Terminal): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .showHelpAfterError(`(${commandPath(command)} --help says more)`)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 80,
      getErrHelpWidth: () => terminal.stderr.columns ?? 80,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const child of command.commands) prepare(child, terminal);
}

function commandPath(command: Command): string {
  return command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name();
}

/** Message and remedy; the stack only of our own faults, and only when asked for. */
function describeError(error: unknown, terminal: Terminal, args: readonly string[]): string {
  const style = createStyle(wantsColour(terminal.stderr, terminal.environment, !args.includes("--no-color")));
  const label = style.bad("error:");
  if (error instanceof LessonbankError && error.kind !== "internal") {
    const remedy =
      error.remedy === undefined ? "" : `  ${cleanSource(error.remedy).replaceAll("\n", "\n  ")}\n`;
    return `${label} ${cleanSource(error.message)}\n${remedy}`;
  }
  const verbose = args.includes("--verbose") || args.includes("-v");
  const message = error instanceof Error ? error.message : String(error);
  const detail =
    verbose && error instanceof Error
      ? `${cleanSource(stackOf(error))}\n`
      : "  This is a fault of lessonbank itself; --verbose shows where.\n";
  return `${label} ${cleanSource(message)}\n${detail}`;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
