/**
 * The real evaluator: compile in a jail, check in sandboxes, then time in pairs. Compiles overlap; one candidate is run at a time.
 */
import { rm } from "node:fs/promises";
import { availableParallelism, cpus, release } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { LessonbankError } from "../errors.ts";
import type { FunctionTask } from "../task/task.ts";
import { makeSessionDirectory } from "./cache.ts";
import { precompileHeader } from "./compile.ts";
import type { Evaluator } from "./evaluator.ts";
import { judgeCandidate, type Judge } from "./judge.ts";
import { nativePrograms } from "./native.ts";
import { createPrecompiler } from "./precompiled.ts";
import { enqueue, unlessAborted } from "./queue.ts";
import { openSandbox, type Sandbox, type SandboxKind } from "./sandbox.ts";
import { compileSubject, restoreSubject, subjectParts, type Subject, type SubjectParts } from "./subject.ts";
import { startSupervisor, type Supervisor } from "./supervisor.ts";
import { createVerdicts } from "./verdicts.ts";

/** Raised where candidates are judged in another way than before, so that older verdicts no longer count. */
const verdictsVersion = 2;

export interface EvaluatorOptions {
  /** Private memory that a candidate may use. Default 4 GiB. */
  readonly memoryBytes?: number;
  /** Default `full`. `weaker` does without namespaces, where they are not to be had; every Outcome then says so. */
  readonly sandbox?: SandboxKind;
  /** For tests that write shim and plans by hand. Default: from the task. */
  readonly partsOf?: (task: FunctionTask) => SubjectParts;
}

/** What the other modules of this folder need of an evaluator. */
export interface Workbench extends Evaluator {
  /** The task compiled; memoised by its hash, and its files there. */
  subject(task: FunctionTask, signal?: AbortSignal): Promise<Subject>;
  /** Alone with the supervisor; an abort ends what it is doing. */
  exclusively<T>(signal: AbortSignal | undefined, work: (supervisor: Supervisor) => Promise<T>): Promise<T>;
  /**
   * The same on another core, beside what is timed: for calls of one thread that are not timed themselves. Where there is no other core, it is
   * `exclusively`.
   */
  beside<T>(signal: AbortSignal | undefined, work: (supervisor: Supervisor) => Promise<T>): Promise<T>;
  /** A path for a file of this evaluator's, gone when it closes. */
  file(name: string): string;
  readonly sandbox: Sandbox;
}

/** Makes an evaluator. Throws a MachineError where something is missing. */
export async function createEvaluator(options: EvaluatorOptions = {}): Promise<Workbench> {
  const { memoryBytes, partsOf = subjectParts } = options;
  const sandbox = await openSandbox({ kind: options.sandbox });
  const directory = await makeSessionDirectory();
  const compiling = pLimit(Math.max(1, availableParallelism()));
  const subjects = new Map<string, Promise<Subject>>();
  const closing = new AbortController();
  const precompiler = createPrecompiler(
    (settings, text, signal) => precompileHeader(settings, text, signal, sandbox),
    { signal: closing.signal },
  );
  const inFlight = new Set<Promise<unknown>>();
  const closers: (() => Promise<void>)[] = [];

  const heeding = (signal: AbortSignal | undefined): AbortSignal =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;

  /** Work that is done one after the other, each alone with a supervisor that is started when it is first wanted. */
  const lane = (core?: number): Workbench["exclusively"] => {
    const alone = pLimit(1);
    let supervisor: Supervisor | undefined;
    closers.push(async () => supervisor?.close());
    return (given, work) => {
      const signal = heeding(given);
      return enqueue(alone, signal, async () => {
        // One that lives starts its workers with the programs of the cache folder, which may have been emptied.
        await nativePrograms();
        if (!supervisor?.alive)
          supervisor = await startSupervisor({
            sandbox,
            core,
            ...(memoryBytes !== undefined && { memoryBytes }),
          });
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
          const result = await work(current);
          // A call that was ended for this looks like one that crashed.
          signal.throwIfAborted();
          return result;
        } catch (error) {
          signal.throwIfAborted();
          throw error;
        } finally {
          clearTimeout(timer);
          signal.removeEventListener("abort", abort);
        }
      });
    };
  };
  const exclusively = lane();
  const otherCore = sandbox.compileCores?.[0];
  const beside = otherCore === undefined ? exclusively : lane(otherCore);

  const subject = async (task: FunctionTask, signal?: AbortSignal): Promise<Subject> => {
    let found = subjects.get(task.hash);
    if (!found) {
      // For whoever asks next too: so it goes on when the first to ask gives up.
      found = compiling(() =>
        compileSubject(partsOf(task), directory, { sandbox, precompiler, signal: closing.signal }),
      );
      subjects.set(task.hash, found);
      found.catch(() => subjects.delete(task.hash));
    }
    const compiled = await unlessAborted(found, heeding(signal));
    await restoreSubject(compiled);
    return compiled;
  };

  const inBackground = (work: Promise<unknown>): void => {
    const settled: Promise<unknown> = work.then(
      () => inFlight.delete(settled),
      () => inFlight.delete(settled),
    );
    inFlight.add(settled);
  };
  const workbench: Workbench = {
    evaluate(task, source, choices = {}) {
      if (task.kind !== "function")
        throw new LessonbankError(
          "usage",
          `${task.name}: this evaluator judges functions that it can call itself`,
        );
      const running = judgeCandidate(judge, task, source, { ...choices, signal: heeding(choices.signal) });
      inBackground(running);
      return running;
    },
    async close() {
      closing.abort(new LessonbankError("usage", "this evaluator is closed"));
      await Promise.all(closers.map((close) => close()));
      await Promise.allSettled([...subjects.values(), precompiler.settled()]);
      // What ends may have left something in the background.
      while (inFlight.size > 0) await Promise.allSettled(inFlight);
      await rm(directory, { recursive: true, force: true });
      await sandbox.close();
    },
    subject,
    exclusively,
    beside,
    file: (name) => join(directory, name),
    sandbox,
  };
  const judge: Judge = {
    workbench,
    compiling,
    precompiler,
    verdicts: createVerdicts(),
    identity: await evaluatorIdentity(options),
    facts: new Map(),
    references: new Map(),
    inBackground,
  };
  return workbench;
}

/** Of this evaluator, as far as its verdicts depend on it. */
async function evaluatorIdentity({ memoryBytes, sandbox = "full" }: EvaluatorOptions): Promise<string> {
  const { supervisor } = await nativePrograms();
  return JSON.stringify([verdictsVersion, supervisor, cpus()[0]?.model, release(), memoryBytes, sandbox]);
}
