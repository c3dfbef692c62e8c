/**
 * What a command sees of the process that it runs in. Tests put a scripted one in its place.
 */
import { UsageError } from "../errors.ts";

/** One of the two streams. */
export interface Output {
  write(text: string): void;
  readonly terminal: boolean;
  readonly columns: number | undefined;
}

export interface Terminal {
  /** For the result alone. */
  readonly stdout: Output;
  /** For progress and complaints. */
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
  readonly directory: string;
  /** Aborted by Ctrl-C, or when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /** All of standard input. */
  readonly readInput: () => Promise<string>;
}

/** What a command says about itself beyond what it prints. */
export interface CommandState {
  /** Other than 0 where it did its work and found this machine (1) or the user's task (2) unfit. */
  exitCode: 0 | 1 | 2;
}

/** Exit code of a command that a signal ended. */
export const interruptedCode = 130;

/**
 * The terminal of this process. The first SIGINT, SIGTERM or SIGHUP asks the command to stop and to say what it has; a second
 * one ends the process at once, and with it, by their own design, the sandboxes.
 */
export function processTerminal(): {
  terminal: Terminal;
  /** Gives the signals back to the system. */
  release: () => void;
  /** Resolves when the readers have taken all that was written, or are gone: a pipe holds 64 KiB, a result may be longer. */
  flush: () => Promise<void>;
} {
  const interruption = new AbortController();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const interrupt = (): void => {
    if (interruption.signal.aborted) process.exit(interruptedCode);
    interruption.abort(new Error("interrupted"));
  };
  for (const signal of signals) process.on(signal, interrupt);

  return {
    terminal: {
      stdout: streamOutput(process.stdout, () => interruption.abort(new Error("nobody reads the output"))),
      stderr: streamOutput(process.stderr, () => {}),
      environment: process.env,
      directory: process.cwd(),
      signal: interruption.signal,
      readInput,
    },
    release() {
      for (const signal of signals) process.off(signal, interrupt);
    },
    async flush() {
      for (const stream of [process.stdout, process.stderr])
        await new Promise<void>((resolve) => void stream.write("", () => resolve()));
    },
  };
}

/** Once the reader is gone (`| head`), nothing more is written and nothing is complained about. */
function streamOutput(stream: NodeJS.WriteStream, onGone: () => void): Output {
  let gone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (!gone) onGone();
    gone = true;
  });
  return {
    write(text) {
      if (!gone) stream.write(text);
    },
    get terminal() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns;
    },
  };
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > longestInputBytes) throw inputTooLong("standard input");
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Of what cannot be read twice, and is kept in memory meanwhile. */
export const longestInputBytes = 256 * 1024 * 1024;

export function inputTooLong(what: string): UsageError {
  return new UsageError(`${what} is longer than ${longestInputBytes / 1024 / 1024} MB`, {
    remedy: "write it to a file first, and name that: a file may be longer",
  });
}
