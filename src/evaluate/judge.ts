/**
 * One candidate's way: refuse, look up, compile, check, time, sanitize. The cheapest test comes first, and the first to fail decides.
 */
import { rm } from "node:fs/promises";
import type { LimitFunction } from "p-limit";
import type { FunctionTask } from "../task/task.ts";
import { keep } from "./cache.ts";
import { checkCandidate } from "./check.ts";
import { compileLibrary, type Compiled } from "./compile.ts";
import type { EvaluateOptions } from "./evaluator.ts";
import { onceMore } from "./lost.ts";
import type { Crashed, Measured, Outcome } from "./outcome.ts";
import type { Precompiler } from "./precompiled.ts";
import { enqueue } from "./queue.ts";
import { measureSubject, type ReferenceFacts } from "./reference-facts.ts";
import { rejectionOf } from "./reject.ts";
import type { Workbench } from "./sandboxed-evaluator.ts";
import { buildSanitized, runSanitized, type Sanitized, type SanitizerBuild } from "./sanitize.ts";
import { normalForm } from "./source-text.ts";
import type { Subject } from "./subject.ts";
import type { Supervisor } from "./supervisor.ts";
import { timeCandidate } from "./timing.ts";
import { verdictKey, type Verdicts } from "./verdicts.ts";

/** What judging needs, and what is remembered from one candidate to the next. */
export interface Judge {
  readonly workbench: Workbench;
  readonly compiling: LimitFunction;
  readonly precompiler: Precompiler;
  readonly verdicts: Verdicts;
  /** Of evaluator and machine: verdicts of others do not count. */
  readonly identity: string;
  /** By the subject's fingerprint. */
  readonly facts: Map<string, ReferenceFacts>;
  readonly references: Map<string, Promise<Sanitized>>;
  /** Waited for before the evaluator is closed, whatever comes of it. */
  inBackground(work: Promise<unknown>): void;
}

type WithoutCounts<One> = One extends unknown ? Omit<One, "calls" | "evaluationMs"> : never;
type Verdict = WithoutCounts<Outcome>;
type MeasuredVerdict = WithoutCounts<Measured>;

let serial = 0;

/** Judges a candidate; heeds `choices.signal`. Throws as `Evaluator.evaluate` does. */
export async function judgeCandidate(
  judge: Judge,
  task: FunctionTask,
  source: string,
  choices: EvaluateOptions & { readonly signal: AbortSignal },
): Promise<Outcome> {
  const { signal, onStage, effort = "normal" } = choices;
  signal.throwIfAborted();
  const startedMs = performance.now();
  const ended = (verdict: Verdict, calls = 0): Outcome =>
    ({
      ...verdict,
      calls,
      evaluationMs: performance.now() - startedMs,
      ...(judge.workbench.sandbox.kind === "weaker" && { sandbox: "weaker" }),
    }) as Outcome;

  onStage?.("queued");
  const rejection = await rejectionOf(task, source);
  if (rejection !== undefined) return ended({ status: "rejected", reason: rejection });

  const subject = await judge.workbench.subject(task, signal);
  const keyOf = (kind: string, what: string | Uint8Array): string =>
    verdictKey(kind, judge.identity, subject.fingerprint, what);
  const reuses =
    effort !== "confirm" && (choices.verdicts ?? (effort === "screen" ? "reuse" : "fresh")) === "reuse";
  const known = async (keys: readonly string[]): Promise<Outcome | undefined> => {
    if (!reuses) return undefined;
    for (const key of keys) {
      const found = await judge.verdicts.find(key, effort);
      if (found) return { ...ended(found.outcome, found.outcome.calls), judgedAt: found.judgedAt };
    }
    return undefined;
  };
  const normal = normalForm(source);
  const exactKey = keyOf("text", source);
  const normalKeys = normal === undefined ? [] : [keyOf("normal text", normal)];
  const sameText = await known(normal === undefined ? [] : [exactKey, ...normalKeys]);
  if (sameText) return sameText;

  const compiled = await enqueue(judge.compiling, signal, async () => {
    onStage?.("compile");
    return compileFor(judge, subject, source, signal);
  });
  if (!compiled.ok) {
    const { reason, limitMs } = compiled;
    if (compiled.ending === "timed-out") return ended({ status: "timed-out", reason, limitMs });
    const outcome = ended({ status: "not-compiled", reason });
    // Its message speaks of lines, so it is for this very text.
    if (normal !== undefined && !compiled.killed) await judge.verdicts.add([exactKey], "confirm", outcome);
    return outcome;
  }
  const objectKey = keyOf("object", compiled.bytes);
  const sameObject = await known([objectKey]);
  if (sameObject) return sameObject;

  const run = (): Promise<Outcome> =>
    onceMore(signal, async () =>
      // Asked for again: its files may be what was lost.
      runCandidate(
        judge,
        await judge.workbench.subject(task, signal),
        source,
        compiled.bytes,
        choices,
        ended,
      ),
    );
  const first = await run();
  const outcome = isKilled(first) ? await run() : first;
  if (isKilled(outcome))
    return { ...outcome, reason: `${outcome.reason} The same happened when it was judged a second time.` };
  await judge.verdicts.add([...normalKeys, objectKey], effort, outcome);
  return outcome;
}

/** Which need not be the candidate's doing, so that it is judged once more. */
function isKilled(outcome: Outcome): outcome is Crashed {
  return outcome.status === "crashed" && outcome.signal === "SIGKILL";
}

function compileFor(judge: Judge, subject: Subject, source: string, signal: AbortSignal): Promise<Compiled> {
  const { task, shimObject } = subject;
  return compileLibrary({
    language: task.language,
    compiler: task.compiler,
    source,
    fileName: task.source.file,
    shim: shimObject,
    precompiler: judge.precompiler,
    sandbox: judge.workbench.sandbox,
    signal,
  });
}

async function runCandidate(
  judge: Judge,
  subject: Subject,
  source: string,
  bytes: Uint8Array,
  choices: EvaluateOptions & { readonly signal: AbortSignal },
  ended: (verdict: Verdict, calls: number) => Outcome,
): Promise<Outcome> {
  const { workbench } = judge;
  const { signal, onStage, onRound, effort = "normal" } = choices;
  const name = `candidate-${++serial}`;
  const library = workbench.file(`${name}.so`);
  await keep(library, bytes);
  let build: Promise<SanitizerBuild> | undefined;
  const unwanted = new AbortController();
  const wanted = AbortSignal.any([signal, unwanted.signal]);
  const sanitizing = async (): Promise<Sanitized> => {
    build = enqueue(judge.compiling, wanted, () =>
      buildSanitized(workbench, subject, source, {
        name: `${name}-sanitized`,
        precompiler: judge.precompiler,
        signal: wanted,
      }),
    );
    return runSanitized(workbench, subject, await build, wanted);
  };
  let besides: Promise<Sanitized> | undefined;
  try {
    const timed = await workbench.exclusively(signal, async (supervisor) => {
      onStage?.("check");
      const facts = await factsAbout(judge, supervisor, subject);
      const checked = await checkCandidate(supervisor, subject, library, facts);
      if (checked.failure) return { failure: checked.failure, calls: checked.calls };
      // A search tries many that are not faster: it does not pay for those.
      if (effort !== "screen") besides = sanitizing();
      besides?.catch(() => undefined);
      onStage?.("time");
      const result = await timeCandidate(supervisor, subject, library, facts, {
        effort,
        signal,
        onWait: (waits) => onStage?.(waits ? "waiting" : "time"),
        onRound,
      });
      return { ...result, calls: checked.calls + result.calls };
    });
    if (timed.failure) return ended(timed.failure, timed.calls);
    const measured: MeasuredVerdict = { status: "measured", ...timed.measured };
    if (effort === "screen" && !timed.measured.faster) return ended(measured, timed.calls);
    onStage?.("check");
    const sanitized = await (besides ?? sanitizing());
    return ended(await withSanitizers(judge, subject, measured, sanitized, signal), timed.calls);
  } finally {
    await rm(library, { force: true });
    unwanted.abort();
    const finished = besides?.catch(() => undefined);
    if (build)
      judge.inBackground(
        build.then(async (built) => {
          await finished;
          if (built.ok) await rm(built.library, { force: true });
        }),
      );
  }
}

async function factsAbout(judge: Judge, supervisor: Supervisor, subject: Subject): Promise<ReferenceFacts> {
  let facts = judge.facts.get(subject.fingerprint);
  if (!facts) {
    facts = await measureSubject(supervisor, subject);
    judge.facts.set(subject.fingerprint, facts);
  }
  return facts;
}

/** What the sanitizers make of a measured candidate. It is not held to what the reference itself does not keep. */
async function withSanitizers(
  judge: Judge,
  subject: Subject,
  measured: MeasuredVerdict,
  sanitized: Sanitized,
  signal: AbortSignal,
): Promise<Verdict> {
  if (sanitized.status === "clean") return measured;
  if (sanitized.status === "unavailable")
    return doubted(measured, `It was not run under the sanitizers: ${sanitized.reason}`);
  if (sanitized.status === "unjudged")
    return {
      ...doubted(
        measured,
        `It cannot be put to the sanitizers, so it is not called faster: ${sanitized.reason}`,
      ),
      faster: false,
    };
  const reference = await sanitizedReference(judge, subject, signal);
  if (reference.status !== "clean")
    return doubted(
      measured,
      "The reference itself is not clean under the sanitizers, so the candidate was not held to them.",
    );
  if (sanitized.status === "faulty")
    return { status: "crashed", reason: `The sanitizers stop it: ${sanitized.report}` };
  return {
    status: "wrong-output",
    reason: `Where fresh memory holds other bytes it answers otherwise, so it reads what nobody wrote: ${sanitized.report}`,
  };
}

function doubted(measured: MeasuredVerdict, doubt: string): MeasuredVerdict {
  return { ...measured, reason: measured.reason === undefined ? doubt : `${measured.reason} ${doubt}` };
}

function sanitizedReference(judge: Judge, subject: Subject, signal: AbortSignal): Promise<Sanitized> {
  let found = judge.references.get(subject.fingerprint);
  if (!found) {
    const { workbench } = judge;
    found = buildSanitized(workbench, subject, subject.task.source.text, {
      name: `reference-${++serial}-sanitized`,
      signal,
    }).then((build) => runSanitized(workbench, subject, build, signal));
    judge.references.set(subject.fingerprint, found);
    found.catch(() => judge.references.delete(subject.fingerprint));
  }
  return found;
}
