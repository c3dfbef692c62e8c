/**
 * One candidate's way: build, test, benchmark; each in a copy of its own, and the first to fail decides. The reference goes the same way, so
 * that both arms are built alike.
 */
import { readFile } from "node:fs/promises";
import { canonicalJson } from "../../code/canonical-json.ts";
import { sha256 } from "../../code/hash.ts";
import type { EvaluateOptions } from "../../evaluate/evaluator.ts";
import type { Outcome } from "../../evaluate/outcome.ts";
import { UsageError } from "../../errors.ts";
import { cleanText } from "../../evaluate/jail.ts";
import { pathInTree } from "../room/copy-tree.ts";
import {
  candidateLimit,
  runFailure,
  testFailure,
  type Bench,
  type Reference,
  type Verdict,
} from "./bench.ts";
import type { JailedRun } from "../room/command-jail.ts";
import type { Layers, Raised } from "../room/layers.ts";
import { firstUnexpected } from "../room/outputs.ts";
import { howItEnded, runKept, runThrownAway, succeeded, tailOf } from "../room/room-run.ts";
import { timeFiles } from "./time-files.ts";
import { refuseWrittenOver } from "../room/written-over.ts";

/** Reads a candidate's files without running them. It ends with 127 where there is nothing that could. */
export interface SyntaxCheck {
  readonly command: string;
  /** Says something only where it succeeds on the reference. */
  readonly referencePasses?: boolean;
}

/**
 * Judges the files, by path relative to the root, as one candidate. Throws a UsageError where a path leads out of the tree, and the
 * signal's reason when aborted.
 */
export async function judgeFiles(
  bench: Bench,
  given: ReadonlyMap<string, string>,
  options: EvaluateOptions & {
    readonly signal: AbortSignal;
    readonly checks?: readonly SyntaxCheck[] | undefined;
  },
): Promise<Outcome> {
  const { signal, onStage, effort = "normal" } = options;
  const startedMs = performance.now();
  const { root } = bench.settings;
  const files = new Map([...given].map(([path, text]) => [pathInTree(root, path), text]));
  const ended = (verdict: Verdict, calls = 0): Outcome =>
    ({
      ...verdict,
      ...(verdict.reason !== undefined && { reason: cleanText(verdict.reason) }),
      calls,
      evaluationMs: performance.now() - startedMs,
    }) as Outcome;
  onStage?.("queued");
  if (files.size === 0 || (await isUntouched(bench, files)))
    return ended({ status: "rejected", reason: "It changes nothing." });
  const key = sha256(canonicalJson([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  const reuses =
    effort !== "confirm" && (options.verdicts ?? (effort === "screen" ? "reuse" : "fresh")) === "reuse";
  const known = reuses ? bench.memory.find(key) : undefined;
  if (known)
    return { ...known.outcome, evaluationMs: performance.now() - startedMs, judgedAt: known.judgedAt };

  onStage?.("compile");
  const reference = await referenceFor(bench, [...files.keys()], signal);
  const { room, limits, settings } = bench;
  const { raised, run } = await runKept(room, bench.built, settings.commands.build, {
    limitMs: limits.buildMs,
    signal,
    files,
  });
  try {
    const outcome = await judgeBuilt(bench, { files, raised, run, reference }, options, ended);
    bench.memory.add(key, outcome);
    return outcome;
  } finally {
    await room.workshop.drop(raised);
  }
}

interface Candidate {
  readonly files: ReadonlyMap<string, string>;
  readonly raised: Raised;
  /** Of the build, where there is a command for it. */
  readonly run: JailedRun | undefined;
  readonly reference: Reference;
}

async function judgeBuilt(
  bench: Bench,
  { files, raised, run, reference }: Candidate,
  options: EvaluateOptions & {
    readonly signal: AbortSignal;
    readonly checks?: readonly SyntaxCheck[] | undefined;
  },
  ended: (verdict: Verdict, calls?: number) => Outcome,
): Promise<Outcome> {
  const { room, limits, settings, baseline } = bench;
  const { signal, onStage, effort = "normal" } = options;
  const names = [...files.keys()];
  if (run && !succeeded(run)) return ended(buildFailure(run, limits.buildMs));
  if (run) {
    const unexpected = await firstUnexpected(room, bench.built, raised, {
      files,
      reference: reference.outputs,
    });
    if (unexpected !== undefined) return ended({ status: "rejected", reason: unexpected });
    const lost = await firstWrittenOver(bench, raised.layers, files);
    if (lost !== undefined)
      return ended({
        status: "rejected",
        reason: `The build writes ${lost} anew, so the change is lost: it is made from another file.`,
      });
  }
  for (const check of options.checks ?? []) {
    const checked = await checkRun(bench, raised.layers, check, signal);
    // 127: there is no such program here; the tests will tell.
    if (succeeded(checked) || checked.exitCode === 127) continue;
    if (check.referencePasses !== true || (await passesOnReference(bench, reference, check, signal)))
      return ended(buildFailure(checked, checkLimitMs));
  }

  onStage?.("check");
  const testMs = candidateLimit(baseline.testMs, limits.testMs);
  const tests = effort === "confirm" ? 2 : 1;
  for (let test = 0; test < tests; test++) {
    const tested = await runThrownAway(room, raised.layers, settings.commands.test, {
      limitMs: testMs,
      signal,
    });
    const failure = await testFailure(bench, tested, { limitMs: testMs, names, signal });
    if (failure) return ended(failure, test + 1);
  }

  onStage?.("time");
  const timed = await timeFiles(
    bench,
    { candidate: raised.layers, reference: reference.layers, names },
    options,
  );
  return ended(timed.verdict, tests + timed.runs);
}

const checkLimitMs = 60_000;

function checkRun(
  { room }: Bench,
  layers: Layers,
  { command }: SyntaxCheck,
  signal: AbortSignal,
): Promise<JailedRun> {
  return runThrownAway(room, layers, command, { limitMs: checkLimitMs, signal });
}

/** Asked once for each reference. */
async function passesOnReference(
  bench: Bench,
  { layers, checked }: Reference,
  check: SyntaxCheck,
  signal: AbortSignal,
): Promise<boolean> {
  const known = checked.get(check.command);
  if (known !== undefined) return known;
  const passes = succeeded(await checkRun(bench, layers, check, signal));
  checked.set(check.command, passes);
  return passes;
}

function buildFailure(run: JailedRun, limitMs: number): Verdict {
  if (run.ending === "timed-out") return runFailure("The build command", run, limitMs);
  const said = tailOf(run, 60, 8000);
  const error = said.split("\n").find((line) => /\berror\b|Error:|SyntaxError/i.test(line));
  return {
    status: "not-compiled",
    reason: `${error === undefined ? "" : `${error.trim()}\n`}It ${howItEnded(run, limitMs)}. It said:\n${said.split("\n").slice(-15).join("\n")}`,
  };
}

/** Made once for the same files: touched, not changed, and built. */
export function referenceFor(
  bench: Bench,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Reference> {
  const key = paths.toSorted().join("\0");
  let made = bench.references.get(key);
  if (!made) {
    made = makeReference(bench, paths, signal);
    bench.references.set(key, made);
    made.catch(() => bench.references.delete(key));
  }
  return made;
}

async function makeReference(
  bench: Bench,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<Reference> {
  const { room, limits, settings, built } = bench;
  const files = new Map<string, Uint8Array>();
  for (const path of paths) {
    const found = await room.workshop.find(room.workshop.bottom, path);
    if (found === undefined)
      throw new UsageError(`${path}: there is no such file in ${settings.root}`, {
        remedy: "Name a file of the tree, by its path from the root; links are not followed.",
      });
    files.set(path, await readFile(found));
  }
  const { raised, run } = await runKept(room, built, settings.commands.build, {
    limitMs: limits.buildMs,
    signal,
    files,
  });
  if (run && !succeeded(run)) {
    await room.workshop.drop(raised);
    throw new UsageError(
      `the build command \`${settings.commands.build}\` ${howItEnded(run, limits.buildMs)} when it was run a second time on the untouched tree:\n${tailOf(run, 12, 2000)}`,
      { remedy: "Candidates are built over a tree that was built before: it has to work there." },
    );
  }
  await refuseWrittenOver(bench, raised, files, signal).catch(async (error: unknown) => {
    await room.workshop.drop(raised);
    throw error;
  });
  return {
    layers: raised.layers,
    outputs: { changes: await room.workshop.changes(raised), files: new Set(paths) },
    checked: new Map(),
  };
}

/** The first of the candidate's files that its build made out of others, as the untouched tree's build does; one that only formats sources does not. */
async function firstWrittenOver(
  { room: { workshop }, rewritten }: Bench,
  layers: Layers,
  files: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  for (const [path, text] of files) {
    if (!rewritten.has(path)) continue;
    const found = await workshop.find(layers, path);
    if (found === undefined || !(await readFile(found)).equals(Buffer.from(text))) return path;
  }
  return undefined;
}

async function isUntouched(bench: Bench, files: ReadonlyMap<string, string>): Promise<boolean> {
  const { workshop } = bench.room;
  for (const [path, text] of files) {
    const found = await workshop.find(workshop.bottom, path);
    if (found === undefined || !(await readFile(found)).equals(Buffer.from(text))) return false;
  }
  return true;
}
