/**
 * Whether the test command executes given lines of a file: gcov for C and C++, V8's own coverage for JavaScript and TypeScript, a trace function for
 * Python. Undefined where it cannot be told: compilers that are not found on PATH, scripts that were translated without a source map.
 */
import { z } from "zod";
import type { Language } from "../../code/language.ts";
import type { Bench } from "../judge/bench.ts";
import type { JailedRun } from "../room/command-jail.ts";
import type { Raised } from "../room/layers.ts";
import type { Proof } from "../project/project.ts";
import { coverageFolder, coverageHook, scriptCounts } from "./script-coverage.ts";
import { pythonStartFiles, pythonStartLines } from "../room/python-start.ts";
import { collect, runKept, runThrownAway, succeeded } from "../room/room-run.ts";

interface Wanted {
  readonly file: string;
  readonly source: string;
  readonly language: Language;
  /** From 1. */
  readonly lines: readonly number[];
  readonly signal: AbortSignal;
}

/** Counts by line, from 1, of lines that hold code. */
type Counts = ReadonlyMap<number, number>;

export async function coverageOf(bench: Bench, wanted: Wanted): Promise<Proof["coverage"]> {
  const { language, lines } = wanted;
  const [by, measure] =
    language === "python"
      ? (["a trace", tracePython] as const)
      : language === "c" || language === "c++"
        ? (["gcov", runGcov] as const)
        : (["V8", runV8] as const);
  const counts = await measure(bench, wanted);
  if (!counts) return undefined;
  const code = lines.filter((line) => counts.has(line));
  return { executed: code.filter((line) => (counts.get(line) ?? 0) > 0).length, lines: code.length, by };
}

/** Compilers by their usual names, told to count: whatever flags the build has of its own. */
const counting = `mkdir -p /tmp/counting
for name in cc gcc c++ g++ clang clang++; do
  real=$(command -v $name) || continue
  printf '#!/bin/sh\\nexec %s "$@" --coverage\\n' "$real" > /tmp/counting/$name
  chmod +x /tmp/counting/$name
done
PATH=/tmp/counting:$PATH
export PATH
`;

/** What a run of the tests needs beside the source, and left. */
interface TestRun {
  /** Before each command. */
  readonly prelude?: string;
  /** Before the tests alone, after that. */
  readonly beforeTests?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the tests' copy alone. */
  readonly files?: ReadonlyMap<string, string>;
}

/** Builds the tree with the source, runs the tests in a copy of that, and has read what they left before both are thrown away. */
async function afterTests<T>(
  { room, settings, limits, built }: Bench,
  { file, source, signal }: Wanted,
  { prelude = "", beforeTests = "", environment, files }: TestRun,
  read: (tested: { readonly raised: Raised; readonly run: JailedRun | undefined }) => Promise<T | undefined>,
): Promise<T | undefined> {
  const { build, test } = settings.commands;
  const first = await runKept(room, built, build === undefined ? undefined : prelude + build, {
    limitMs: limits.buildMs,
    signal,
    files: new Map([[file, source]]),
  });
  try {
    if (first.run && !succeeded(first.run)) return undefined;
    const second = await runKept(room, first.raised.layers, prelude + beforeTests + test, {
      limitMs: limits.testMs,
      signal,
      environment,
      files,
    });
    try {
      return await read(second);
    } finally {
      await room.workshop.drop(second.raised);
    }
  } finally {
    await room.workshop.drop(first.raised);
  }
}

function runGcov(bench: Bench, wanted: Wanted): Promise<Counts | undefined> {
  const { room } = bench;
  return afterTests(bench, wanted, { prelude: counting }, async ({ raised, run }) => {
    const read = await runThrownAway(
      room,
      raised.layers,
      "find . -name '*.gcda' -exec gcov --json-format --stdout {} +",
      { limitMs: 120_000, signal: wanted.signal },
    );
    const found = [...(await room.workshop.paths(raised.layers))].some((path) => path.endsWith(".gcno"));
    if (!found || !succeeded(read)) return undefined;
    const counts = gcovCounts(read.output.standard, wanted.file);
    // Compiled to count, but never run to the end: nothing is known of programs that crash.
    return counts.size > 0 || !succeeded(run ?? read) ? counts : undefined;
  });
}

/** Written by processes that ran the candidate. */
const gcovDocument = z.object({
  files: z.array(
    z.object({
      file: z.string(),
      lines: z.array(z.object({ line_number: z.number(), count: z.number() })),
    }),
  ),
});

/** From what `gcov --json-format --stdout` prints: a document a line. */
export function gcovCounts(text: string, file: string): Counts {
  const counts = new Map<number, number>();
  const base = file.slice(file.lastIndexOf("/") + 1);
  for (const line of text.split("\n")) {
    if (!line.startsWith("{")) continue;
    const document = gcovDocument.safeParse(parseJson(line)).data;
    for (const each of document?.files ?? [])
      if (each.file === base || each.file.endsWith(`/${base}`))
        for (const { line_number: number, count } of each.lines)
          counts.set(number, (counts.get(number) ?? 0) + count);
  }
  return counts;
}

function runV8(bench: Bench, wanted: Wanted): Promise<Counts | undefined> {
  const { room, settings } = bench;
  const path = `${settings.root}/${wanted.file}`;
  const environment = {
    NODE_OPTIONS: `--require ${settings.root}/${coverageFolder}/hook.cjs`,
    LESSONBANK_ROOT: settings.root,
    LESSONBANK_COVERED: path,
  };
  const files = new Map([[`${coverageFolder}/hook.cjs`, coverageHook]]);
  return afterTests(bench, wanted, { environment, files }, async ({ raised }) => {
    const reports = await collect(room, raised, [`${coverageFolder}/*.json`]);
    const counts = [...reports.values()].flatMap(
      (bytes) => scriptCounts(Buffer.from(bytes).toString(), { ...wanted, path }) ?? [],
    );
    return counts.length === 0 ? undefined : addUp(counts);
  });
}

/** Python imports it before anything else, from a folder on PYTHONPATH. */
const tracer = `import atexit, os, sys, threading

_target = os.path.realpath(os.environ["LESSONBANK_TRACED"])
_lines = {}


def _local(frame, event, argument):
    if event == "line":
        _lines[frame.f_lineno] = _lines.get(frame.f_lineno, 0) + 1
    return _local


_known = {}


def _traced(frame, event, argument):
    code = frame.f_code
    name = code.co_filename
    if name not in _known:
        _known[name] = os.path.realpath(name) == _target
    return _local if _known[name] and code.co_name != "<module>" else None


def _code_lines(code):
    for constant in code.co_consts:
        if hasattr(constant, "co_code"):
            yield from (line for _, _, line in constant.co_lines() if line) if hasattr(constant, "co_lines") else ()
            yield from _code_lines(constant)


def _write():
    sys.settrace(None)
    try:
        with open(_target, "rb") as file:
            code = compile(file.read(), _target, "exec")
        counts = {line: 0 for line in _code_lines(code)}
    except Exception:
        counts = {}
    counts.update(_lines)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lines-%d.txt" % os.getpid())
    with open(path, "w") as file:
        file.writelines("%d %d\\n" % pair for pair in counts.items())


atexit.register(_write)
threading.settrace(_traced)
sys.settrace(_traced)
`;

function tracePython(bench: Bench, wanted: Wanted): Promise<Counts | undefined> {
  const { room, settings } = bench;
  const environment = { LESSONBANK_TRACED: `${settings.root}/${wanted.file}` };
  const files = pythonStartFiles(coverageFolder, tracer);
  const beforeTests = pythonStartLines(coverageFolder);
  return afterTests(bench, wanted, { environment, files, beforeTests }, async ({ raised }) => {
    const reports = await collect(room, raised, [`${coverageFolder}/start/lines-*.txt`]);
    return reports.size === 0
      ? undefined
      : addUp([...reports.values()].map((bytes) => traceCounts(Buffer.from(bytes).toString())));
  });
}

/** Lines of line number and count. */
export function traceCounts(text: string): Counts {
  const counts = new Map<number, number>();
  for (const [, line, count] of text.matchAll(/^(\d+) (\d+)$/gm)) counts.set(Number(line), Number(count));
  return counts;
}

function addUp(all: readonly Counts[]): Counts {
  const total = new Map<number, number>();
  for (const counts of all)
    for (const [line, count] of counts) total.set(line, (total.get(line) ?? 0) + count);
  return total;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
