/** Readers of option values: each returns the value or says what it wants. */
import { InvalidArgumentError } from "commander";

export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= minimum) return number;
    throw new InvalidArgumentError(`It must be a whole number, ${minimum} or more.`);
  };
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0) return number;
  throw new InvalidArgumentError("It must be a number above 0.");
}

const units: Readonly<Record<string, number>> = {
  "": 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** `90`, `90s`, `2m`, `1.5h`: milliseconds. */
export function duration(text: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|)$/.exec(text) ?? [];
  const durationMs = Number(number) * (units[unit] ?? Number.NaN);
  if (number !== "" && durationMs > 0) return durationMs;
  throw new InvalidArgumentError("It must be a time such as 30s, 2m or 1h.");
}

/** `a,b`: the names, without blanks. */
export function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return names;
  throw new InvalidArgumentError("It must be one or more names, separated by commas.");
}

/** An option that may be given several times: all that was given. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

/** The option that commander keeps under this name: `--metric-json` of `metricJson`. */
export function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
