/**
 * A source under the address and undefined-behaviour sanitizers: called beside the plain reference at every checked size, with every array
 * in a block of exactly its size and fresh memory filled, so that one byte too many, or one that nobody wrote, is noticed.
 */
import { checkGrowBytes, referenceLimitMs } from "./reference-facts.ts";
import { keep } from "./cache.ts";
import { compileLibrary, type Compiled } from "./compile.ts";
import { describeEnding, describeMismatch, sizesText } from "./describe.ts";
import { LessonbankError } from "../errors.ts";
import { cleanText } from "./jail.ts";
import type { Precompiler } from "./precompiled.ts";
import { sanitizingLoader } from "./sanitizing-loader.ts";
import type { Workbench } from "./sandboxed-evaluator.ts";
import type { Subject } from "./subject.ts";
import { isTiming, type Ending, type Supervisor } from "./supervisor.ts";
import { findCompiler } from "./toolchain.ts";
import {
  dropPlans,
  endArms,
  generatorStart,
  loadPlans,
  startSideBySide,
  wasKilled,
  type LoadedPlan,
} from "./trial.ts";

export type Sanitized =
  | { readonly status: "clean" }
  /** The first lines of the sanitizer's report. */
  | { readonly status: "faulty"; readonly report: string; readonly killed?: boolean }
  /** It ran through, but gave other outputs than the plain reference. */
  | { readonly status: "differs"; readonly report: string }
  /** It does not compile or load with them, or does not end: how it is judged otherwise is not enough. */
  | { readonly status: "unjudged"; readonly reason: string }
  /** This machine has no sanitizers; why. */
  | { readonly status: "unavailable"; readonly reason: string };

export type SanitizerBuild =
  | { readonly ok: true; readonly library: string; readonly loader: string }
  | { readonly ok: false; readonly status: "unjudged" | "unavailable"; readonly reason: string };

const loadLimitMs = 10_000;
/** Sanitizers make most programs two to five times slower. */
const callLimits = { candidateLimitMs: 10_000, candidateFactor: 50 };

/** Compiles a source with the sanitizers into a file of the evaluator's. Rejects with the signal's reason alone. */
export async function buildSanitized(
  evaluator: Workbench,
  subject: Subject,
  source: string,
  {
    name,
    precompiler,
    signal,
  }: { name: string; precompiler?: Precompiler; signal?: AbortSignal | undefined },
): Promise<SanitizerBuild> {
  const { task, shimObject } = subject;
  let loader: string;
  try {
    const compiler = await findCompiler(task.compiler.command);
    if (compiler.prefix !== undefined)
      return unavailable(`the sandbox does not hold the sanitizers of ${compiler.path}`);
    loader = await sanitizingLoader(compiler);
  } catch (error) {
    if (!(error instanceof LessonbankError)) throw error;
    return unavailable(firstLines(error.message));
  }
  const compile = (sanitize: "quick" | "optimised"): Promise<Compiled> =>
    compileLibrary({
      language: task.language,
      compiler: task.compiler,
      source,
      fileName: task.source.file,
      shim: shimObject,
      sanitize,
      precompiler,
      sandbox: evaluator.sandbox,
      signal,
    });
  const quick = await compile("quick");
  // Inline assembly may need all registers, and what the optimiser makes of its operands.
  const compiled = quick.ok || quick.ending !== "failure" ? quick : await compile("optimised");
  if (!compiled.ok)
    return {
      ok: false,
      status: "unjudged",
      reason: `it does not compile with them: ${firstLines(compiled.reason)}`,
    };
  const library = evaluator.file(`${name}.so`);
  await keep(library, compiled.bytes);
  return { ok: true, library, loader };
}

/** Calls it beside the plain reference at every checked size. */
export async function runSanitized(
  evaluator: Workbench,
  subject: Subject,
  build: SanitizerBuild,
  signal?: AbortSignal,
): Promise<Sanitized> {
  if (!build.ok) return build;
  const first = await runOnce(evaluator, subject, build, signal);
  // Which need not be its own doing.
  return first.status === "faulty" && first.killed ? runOnce(evaluator, subject, build, signal) : first;
}

async function runOnce(
  evaluator: Workbench,
  subject: Subject,
  build: Extract<SanitizerBuild, { ok: true }>,
  signal: AbortSignal | undefined,
): Promise<Sanitized> {
  const { threads } = subject.task;
  const work = async (supervisor: Supervisor): Promise<Sanitized> => {
    const loaded: LoadedPlan[] = [];
    try {
      loaded.push(...(await loadPlans(supervisor, subject.checked, { growBytes: checkGrowBytes / 4 })));
      const common = { threads, limitMs: loadLimitMs, plans: loaded.map((plan) => plan.name) };
      const { library, loader } = build;
      const [started] = await startSideBySide(supervisor, [
        { ...common, name: "candidate", library, loader },
        { ...common, name: "reference", library: subject.referenceLibrary },
        generatorStart(subject, loaded),
      ]);
      if (started) {
        const report = reportOf(started, undefined, undefined);
        return started.phase === "load" && started.ended !== "timeout" && started.said.includes("Sanitizer")
          ? { status: "faulty", report }
          : { status: "unjudged", reason: report };
      }
      for (const plan of loaded) {
        const reply = await supervisor.pair({
          plan: plan.name,
          reference: "reference",
          candidate: "candidate",
          referenceLimitMs,
          ...callLimits,
          generator: plan.generator === undefined ? undefined : { plan: plan.generator, worker: "generator" },
        });
        const { reference, candidate, mismatch } = reply;
        if (reference && !isTiming(reference)) {
          const { reason } = describeEnding(reference, plan.sizes, reply.limitMs);
          return { status: "unavailable", reason: `the reference itself ended: ${reason}` };
        }
        if (candidate && !isTiming(candidate)) {
          const report = reportOf(candidate, plan, reply.limitMs);
          return candidate.ended === "timeout" || candidate.ended === "memory"
            ? { status: "unjudged", reason: report }
            : { status: "faulty", report, killed: wasKilled(candidate) };
        }
        if (mismatch) return { status: "differs", report: describeMismatch(mismatch, plan.sizes) };
      }
      return { status: "clean" };
    } finally {
      if (supervisor.alive) {
        await endArms(supervisor);
        await dropPlans(supervisor, loaded);
      }
    }
  };
  // Several threads need cores of their own.
  return threads > 1 ? evaluator.exclusively(signal, work) : evaluator.beside(signal, work);
}

function unavailable(reason: string): SanitizerBuild {
  return { ok: false, status: "unavailable", reason };
}

function firstLines(text: string): string {
  return text.split("\n").slice(0, 3).join("\n");
}

/** The report's own lines: what, where in the reference, and what the memory was. */
function reportOf(ending: Ending, plan: LoadedPlan | undefined, limitMs: number | undefined): string {
  const at = plan === undefined ? "" : sizesText(plan.sizes);
  const lines = (cleanText(ending.said).split("Shadow byte legend", 1)[0] ?? "")
    .split("\n")
    .map((line) => line.replace(/^==\d+==\s*/, "").replace("ERROR: AddressSanitizer: ", ""))
    // Of the stacks, what lies in the reference.
    .filter((line) => line.trim() !== "" && (!/^\s*#\d/.test(line) || line.includes(" /in/")))
    .filter(
      (line) =>
        !/^=+$|DEADLYSIGNAL|^Hint:|^The signal is|^allocated by|^SUMMARY|^Shadow bytes|^=?[>\s]\s*0x|can not provide|^ABORTING|: note: |^\s*(?:[0-9a-f]{2}\s+){4}|^\s*\^\s*$/.test(
          line,
        ),
    )
    .map((line) => line.replace(/0x[0-9a-f]+ in (.*) \/in\//, "$1, "))
    .map((line) =>
      line.replace(/(?: on (?:unknown )?address 0x[0-9a-f]+)? \(?(?:at )?pc 0x[0-9a-f]+.*$/, ""),
    );
  if (lines.length === 0) return describeEnding(ending, plan?.sizes, limitMs).reason;
  return `${at === "" ? "" : `with ${at}: `}${lines.slice(0, 8).join("\n")}`;
}
