/**
 * A place for lines that stay and, below them, lines that are drawn again and again. Where the stream is no terminal, only
 * what stays is written.
 */

export interface Screen {
  print(line: string): void;
  /** From now on draws these lines below everything printed. Each must fit the width. */
  live(lines: () => readonly string[]): void;
  /** A turning wheel, for living lines. */
  spinner(): string;
  /** Takes the living lines away. Safe to call twice. */
  endLive(): void;
}

export interface ScreenOptions {
  readonly write: (text: string) => void;
  /** Whether lines can be drawn again. */
  readonly terminal: boolean;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const redrawMs = 100;

export function createScreen({ write, terminal }: ScreenOptions): Screen {
  if (!terminal) {
    return { print: (line) => write(`${line}\n`), live: () => {}, spinner: () => "", endLive: () => {} };
  }
  let drawn = 0;
  let draw: (() => readonly string[]) | undefined;
  let timer: NodeJS.Timeout | undefined;

  // One write a frame: a terminal that draws between two writes would flicker.
  const frame = (above: string): void => {
    const lines = draw?.() ?? [];
    const back = drawn > 0 ? `\u001b[${drawn}A\u001b[0J` : "";
    write(`${back}${above}${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };

  return {
    print: (line) => frame(`${line}\n`),
    live(lines) {
      draw = lines;
      timer ??= setInterval(() => frame(""), redrawMs).unref();
      frame("");
    },
    spinner: () => frames[Math.floor(performance.now() / redrawMs) % frames.length] ?? "",
    endLive() {
      clearInterval(timer);
      timer = undefined;
      draw = undefined;
      frame("");
    },
  };
}

/** A screen that shows nothing: for `--quiet`. */
export const blankScreen: Screen = { print: () => {}, live: () => {}, spinner: () => "", endLive: () => {} };
