/**
 * The real evaluator: compile in a jail, check in sandboxes, then time in pairs. Compiles overlap; one candidate is run at a time.
 */
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { LessonbankError } from "../errors.ts";
import type { Task } from "../task/task.ts";
import { cacheDirectory, makeSessionDirectory } from "./cache.ts";
import { checkCandidate } from "./check.ts";
import { compileLibrary, keep } from "./compile.ts";
import type { EvaluateOptions, Evaluator } from "./evaluator.ts";
import type { Outcome } from "./outcome.ts";
import { enqueue, unlessAborted } from "./queue.ts";
import { rejectionOf } from "./reject.ts";
import { measureSubject, type ReferenceFacts } from "./reference-facts.ts";
import { compileSubject, subjectParts, type Subject, type SubjectParts } from "./subject.ts";
import { startSupervisor, type Supervisor } from "./supervisor.ts";
import { timeCandidate } from "./timing.ts";

export interface EvaluatorOptions {
  /** Private memory that a candidate may use. Default 4 GiB. */
  readonly memoryBytes?: number;
  /** For tests that write shim and plans by hand. Default: from the task. */
  readonly partsOf?: (task: Task) => SubjectParts;
}

/** What the other modules of this folder need of an evaluator. */
export interface Workbench extends Evaluator {
  /** The task compiled; memoised by its hash. */
  subject(task: Task, signal?: AbortSignal): Promise<Subject>;
  /** Alone with the supervisor; an abort ends what it is doing. */
  exclusively<T>(signal: AbortSignal | undefined, work: (supervisor: Supervisor) => Promise<T>): Promise<T>;
  /** A path for a file of this evaluator's, gone when it closes. */
  file(name: string): string;
  readonly lockFile: string;
}

/** Makes an evaluator. Throws a MachineError where something is missing. */
export async function createEvaluator(options: EvaluatorOptions = {}): Promise<Workbench> {
  const { memoryBytes, partsOf = subjectParts } = options;
  const directory = await makeSessionDirectory();
  const compiling = pLimit(Math.max(1, availableParallelism()));
  const alone = pLimit(1);
  const subjects = new Map<string, Promise<Subject>>();
  const facts = new Map<string, ReferenceFacts>();
  const closing = new AbortController();
  const inFlight = new Set<Promise<unknown>>();
  let supervisor: Supervisor | undefined;
  let serial = 0;

  const heeding = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  const exclusively: Workbench["exclusively"] = (given, work) => {
    const signal = heeding(given);
    return enqueue(alone, signal, async () => {
      if (!supervisor?.alive)
        supervisor = await startSupervisor(memoryBytes === undefined ? {} : { memoryBytes });
      const current = supervisor;
      let timer: NodeJS.Timeout | undefined;
      const abort = (): void => {
        current.cancel();
        // Should it be deaf, in the midst of making values for example, then without it.
        timer = setTimeout(() => void current.close(), 300);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        signal.throwIfAborted();
        return await work(current);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      }
    });
  };

  const subject = (task: Task, signal?: AbortSignal): Promise<Subject> => {
    let found = subjects.get(task.hash);
    if (!found) {
      // For whoever asks next too: so it goes on when the first to ask gives up.
      found = compiling(() => compileSubject(partsOf(task), directory, closing.signal));
      subjects.set(task.hash, found);
      found.catch(() => subjects.delete(task.hash));
    }
    return unlessAborted(found, heeding(signal));
  };

  const judge = async (task: Task, source: string, choices: EvaluateOptions): Promise<Outcome> => {
    const { onStage, onRound, effort = "normal" } = choices;
    const signal = heeding(choices.signal);
    signal.throwIfAborted();
    const startedMs = performance.now();
    let calls = 0;
    const counts = (): { calls: number; evaluationMs: number } => ({
      calls,
      evaluationMs: performance.now() - startedMs,
    });
    onStage?.("queued");
    const rejection = await rejectionOf(task, source);
    if (rejection !== undefined) return { status: "rejected", reason: rejection, ...counts() };

    const prepared = await subject(task, signal);
    const compiled = await enqueue(compiling, signal, async () => {
      onStage?.("compile");
      return compileLibrary({
        language: task.language,
        compiler: task.compiler,
        source,
        fileName: task.source.file,
        shim: prepared.shimObject,
        signal,
      });
    });
    if (!compiled.ok) {
      return compiled.ending === "timed-out"
        ? { status: "timed-out", reason: compiled.reason, limitMs: compiled.limitMs, ...counts() }
        : { status: "not-compiled", reason: compiled.reason, ...counts() };
    }
    const name = createHash("sha256").update(compiled.bytes).digest("hex").slice(0, 16);
    const library = join(directory, `${name}-${++serial}.so`);
    await keep(library, compiled.bytes);
    try {
      return await exclusively(signal, async (current) => {
        let known = facts.get(task.hash);
        if (!known) {
          onStage?.("check");
          known = await measureSubject(current, prepared);
          facts.set(task.hash, known);
        }
        onStage?.("check");
        const checked = await checkCandidate(current, prepared, library, known);
        calls += checked.calls;
        if (checked.failure) return { ...checked.failure, ...counts() };
        onStage?.("time");
        const timed = await timeCandidate(current, prepared, library, known, {
          effort,
          lockFile,
          signal,
          onRound,
        });
        calls += timed.calls;
        if (timed.failure) return { ...timed.failure, ...counts() };
        return { status: "measured", ...timed.measured, ...counts() };
      });
    } finally {
      await rm(library, { force: true });
    }
  };

  const lockFile = join(cacheDirectory(), "timing.lock");
  return {
    evaluate(task, source, choices = {}) {
      const running = judge(task, source, choices);
      const settled: Promise<unknown> = running.then(
        () => inFlight.delete(settled),
        () => inFlight.delete(settled),
      );
      inFlight.add(settled);
      return running;
    },
    async close() {
      closing.abort(new LessonbankError("usage", "this evaluator is closed"));
      await supervisor?.close();
      await Promise.allSettled([...inFlight, ...subjects.values()]);
      await rm(directory, { recursive: true, force: true });
    },
    subject,
    exclusively,
    file: (name) => join(directory, name),
    lockFile,
  };
}
