/**
 * How often the tests execute the lines of a JavaScript or TypeScript file: V8's block coverage in every Node process of the test command. What was
 * translated first, on disk or in memory, is led back to its source by its source map.
 */
import { z } from "zod";
import { loadedScripts } from "./loaded-scripts.ts";
import { readSourceMap } from "./source-map.ts";

/** Counts by line, from 1, of lines that hold code. */
type Counts = ReadonlyMap<number, number>;

export const coverageFolder = ".lessonbank-coverage";

/**
 * `--require`d by every process. NODE_V8_COVERAGE would leave out what test runners translate in memory and run in contexts of their own. A runner may end
 * its workers by a signal, which is no exit.
 */
export const coverageHook = `"use strict";
const inspector = require("node:inspector");
const { writeFileSync } = require("node:fs");
const { threadId } = require("node:worker_threads");
const folder = __dirname;
const root = process.env.LESSONBANK_ROOT;
const target = process.env.LESSONBANK_COVERED;
${loadedScripts}
const session = new inspector.Session();
let ended = false;
// \`node --test\` itself has no inspector; the processes that it starts have one.
try {
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
} catch { ended = true; }
const end = () => {
  if (ended) return;
  ended = true;
  try {
    let result = [];
    session.post("Profiler.takePreciseCoverage", (error, taken) => { if (!error) result = taken.result; });
    const scripts = loadedScripts(session, root);
    const name = target.slice(target.lastIndexOf("/") + 1);
    const kept = [];
    for (const { scriptId, functions } of result) {
      const script = scripts.get(scriptId);
      if (!script || (script.path !== target && !(script.map ?? "").includes(name))) continue;
      session.post("Debugger.getScriptSource", { scriptId }, (error, found) => {
        if (!error) kept.push({ path: script.path, source: found.scriptSource, map: script.map, beside: script.beside, ranges: functions.flatMap((each) => each.ranges) });
      });
    }
    if (kept.length > 0) writeFileSync(folder + "/" + process.pid + "-" + threadId + ".json", JSON.stringify(kept));
  } catch {}
};
process.on("exit", end);
process.once("SIGTERM", () => { end(); if (process.listenerCount("SIGTERM") === 0) process.kill(process.pid, "SIGTERM"); });
`;

const range = z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() });
type Range = z.infer<typeof range>;
/** Written by processes that ran the candidate. */
const reportSchema = z.array(
  z.object({
    path: z.string(),
    source: z.string(),
    map: z.string().optional(),
    beside: z.string().optional(),
    ranges: z.array(range),
  }),
);

/**
 * Of one process: counts of the file's lines, added up over the times that it was loaded; undefined where it was not. `path` is absolute, `source` its
 * text, `lines` those that are asked for, from 1.
 */
export function scriptCounts(
  report: string,
  { path, source, lines }: { path: string; source: string; lines: readonly number[] },
): Counts | undefined {
  const scripts = reportSchema.safeParse(parseJson(report)).data ?? [];
  const wanted = new Set(lines);
  const texts = source.split("\n");
  const counts = new Map<number, number>();
  let loaded = false;
  for (const script of scripts) {
    const map =
      script.map === undefined ? undefined : readSourceMap(script.map, script.beside ?? script.path);
    const starts = map
      ? translatedStarts(map, path, script.source)
      : script.path === path && script.source === source
        ? plainStarts(texts)
        : undefined;
    if (!starts) continue;
    loaded = true;
    // A range counts for what lies in no smaller one.
    const ranges = script.ranges.toSorted((a, b) => length(b) - length(a));
    for (const [line, at] of starts) {
      if (!wanted.has(line) || !holdsCode(texts[line - 1] ?? "")) continue;
      const innermost = ranges.findLast(({ startOffset, endOffset }) => startOffset <= at && at < endOffset);
      if (innermost) counts.set(line, (counts.get(line) ?? 0) + innermost.count);
    }
  }
  return loaded ? counts : undefined;
}

/** Where the code of each line begins in the script, by line from 1. */
function plainStarts(texts: readonly string[]): Map<number, number> {
  const starts = new Map<number, number>();
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    starts.set(index + 1, offset + (/\S/.exec(text)?.index ?? 0));
    offset += text.length + 1;
  }
  return starts;
}

/** Of each line of the source, the place in the script that what stands first on it became. Undefined where the script is of other files. */
function translatedStarts(
  map: NonNullable<ReturnType<typeof readSourceMap>>,
  path: string,
  script: string,
): Map<number, number> | undefined {
  const source = map.sources.indexOf(path);
  if (source < 0) return undefined;
  const lineStarts = [0];
  for (let at = script.indexOf("\n"); at >= 0; at = script.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  const first = new Map<number, { readonly column: number; readonly at: number }>();
  for (const [row, mappings] of map.mappings) {
    const start = lineStarts[row];
    if (start === undefined) continue;
    for (const mapping of mappings) {
      const line = mapping.originalLine + 1;
      const known = first.get(line);
      if (mapping.source === source && (!known || mapping.originalColumn < known.column))
        first.set(line, { column: mapping.originalColumn, at: start + mapping.column });
    }
  }
  return new Map([...first].map(([line, { at }]) => [line, at]));
}

/** A line of a bracket alone, or of a comment, holds none. */
function holdsCode(text: string): boolean {
  return !/^[\s{}()[\];,]*$/.test(text) && !/^\s*(?:\/\/|\/?\*)/.test(text);
}

function length({ startOffset, endOffset }: Range): number {
  return endOffset - startOffset;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
