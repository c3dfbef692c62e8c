/**
 * What the benchmarks of this folder read from the command line, and how they tell a user's mistake.
 */
import { LessonbankError, UsageError } from "lessonbank";

/** A whole number above 0. Throws a UsageError. */
export function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new UsageError(`--${option} ${text}: this is not a whole number above 0`);
}

/** Throws a UsageError that names what there is. */
export function oneOf<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${option} ${text}: there is no such`, { remedy: `There is ${words.join(", ")}.` });
}

/** From now on, a mistake of the user's or a lack of the machine's ends the process with its message and remedy alone. */
export function tellMistakes(): void {
  process.on("uncaughtException", (error) => {
    const known = error instanceof LessonbankError && error.kind !== "internal";
    const isOption = (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS") === true;
    if (known && error.remedy !== undefined)
      process.stderr.write(`error: ${error.message}\n  ${error.remedy}\n`);
    else if (known || isOption) process.stderr.write(`error: ${error.message}\n`);
    else process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(isOption || (known && error.kind === "usage") ? 2 : 1);
  });
}
