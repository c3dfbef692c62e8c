/** A terminal that keeps what is written, in a folder and a home of its own. */
import { runCommandLine } from "../../src/cli/command-line.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly directory: string;
  readonly environment?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly input?: string;
  /** Called with everything written so far to stderr. */
  readonly onStderr?: (text: string) => void;
}

/** Runs the command line in this process, as `main.ts` would. */
export async function lessonbank(args: readonly string[], options: RunOptions): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const terminal: Terminal = {
    stdout: { write: (text) => (stdout += text), terminal: false, columns: undefined },
    stderr: {
      write(text) {
        stderr += text;
        options.onStderr?.(stderr);
      },
      terminal: false,
      columns: undefined,
    },
    environment: { HOME: options.directory, ...options.environment },
    directory: options.directory,
    signal: options.signal ?? new AbortController().signal,
    readInput: async () => options.input ?? "",
  };
  const code = await runCommandLine(args, terminal);
  return { code, stdout, stderr };
}
