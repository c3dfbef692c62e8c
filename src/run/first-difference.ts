/**
 * Where two JSON values differ first, in words: for whoever has to find out why a replay does not follow its journal.
 */

/** `candidate.source: "int f(…" is "long f(…" now`, around the first character that differs in long texts; undefined where nothing does. */
export function firstDifference(recorded: unknown, now: unknown, path = ""): string | undefined {
  if (Object.is(recorded, now)) return undefined;
  if (isObject(recorded) && isObject(now) && Array.isArray(recorded) === Array.isArray(now)) {
    const keys = [...new Set([...Object.keys(recorded), ...Object.keys(now)])].toSorted();
    for (const key of keys) {
      const found = firstDifference(recorded[key], now[key], path === "" ? key : `${path}.${key}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  const start = typeof recorded === "string" && typeof now === "string" ? divergence(recorded, now) : 0;
  return `${path || "it"}: ${shown(recorded, start)} is ${shown(now, start)} now`;
}

/** The first character at which they differ. */
function divergence(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

const around = 30;

function shown(value: unknown, start: number): string {
  if (value === undefined) return "absent";
  if (typeof value !== "string") return clipped(JSON.stringify(value));
  const from = Math.max(0, start - around);
  const end = start + around;
  return `${from > 0 ? "…" : ""}${JSON.stringify(value.slice(from, end))}${end < value.length ? "…" : ""}`;
}

function clipped(text: string): string {
  return text.length > 2 * around ? `${text.slice(0, 2 * around)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
