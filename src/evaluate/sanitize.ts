/**
 * A task's reference with the address and undefined-behaviour sanitizers: loader, shim and reference in one program, in which every
 * array is a block of exactly its size, so that one byte too many is noticed.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sandboxDirectory, compileLimits, keep, shimHeaders } from "./compile.ts";
import { describeEnding, sizesText } from "./describe.ts";
import { cleanText, runInJail, type JailRun } from "./jail.ts";
import { nativeCompiler } from "./native.ts";
import { checkGrowBytes } from "./reference-facts.ts";
import type { Workbench } from "./sandboxed-evaluator.ts";
import type { Subject } from "./subject.ts";
import { isTiming, type Ending } from "./supervisor.ts";
import { findBubblewrap, findCompiler } from "./toolchain.ts";
import { dropPlan, loadPlan, type LoadedPlan } from "./trial.ts";

export type Sanitized =
  | { readonly status: "clean" }
  /** The first lines of the sanitizer's report. */
  | { readonly status: "faulty"; readonly report: string }
  /** The sanitizers cannot be used here; why. */
  | { readonly status: "unavailable"; readonly reason: string };

const callLimitMs = 30_000;
const sanitizers = [
  "-g",
  "-fsanitize=address,undefined",
  "-fno-sanitize-recover=all",
  "-fno-omit-frame-pointer",
];

/** Calls the sanitized reference at every checked size. */
export async function sanitizeReference(
  evaluator: Workbench,
  subject: Subject,
  signal?: AbortSignal,
): Promise<Sanitized> {
  const program = evaluator.file(`sanitized-${subject.task.hash.slice(0, 16)}`);
  const refused = await buildSanitized(subject, program, signal);
  if (refused !== undefined) return { status: "unavailable", reason: refused };
  return evaluator.exclusively(signal, async (supervisor) => {
    const loaded: LoadedPlan[] = [];
    try {
      for (const sized of subject.checked)
        loaded.push(await loadPlan(supervisor, sized, { growBytes: checkGrowBytes / 4 }));
      const start = { threads: 1, limitMs: 20_000 };
      const ending = await supervisor.start({
        ...start,
        name: "reference",
        loader: program,
        plans: loaded.map((plan) => plan.name),
      });
      if (ending) return { status: "unavailable", reason: describeEnding(ending).reason };
      const generators = loaded.flatMap((plan) => plan.generator ?? []);
      if (generators.length > 0)
        await supervisor.start({
          ...start,
          name: "generator",
          library: subject.generatorLibrary,
          plans: generators,
        });
      for (const plan of loaded) {
        const reply = await supervisor.pair({
          plan: plan.name,
          reference: "reference",
          referenceLimitMs: callLimitMs,
          candidateLimitMs: callLimitMs,
          generator: plan.generator === undefined ? undefined : { plan: plan.generator, worker: "generator" },
        });
        if (reply.reference && !isTiming(reply.reference))
          return { status: "faulty", report: reportOf(reply.reference, plan, reply.limitMs) };
      }
      return { status: "clean" };
    } finally {
      if (supervisor.alive) {
        await supervisor.end("reference");
        await supervisor.end("generator");
        for (const plan of loaded) await dropPlan(supervisor, plan);
      }
    }
  });
}

/** Why it cannot be built, or undefined once it stands at `program`. */
async function buildSanitized(
  subject: Subject,
  program: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { task } = subject;
  const compiler = await findCompiler(task.compiler.command);
  const native = await nativeCompiler();
  const jail: Omit<JailRun, "command" | "result" | "files"> = {
    bubblewrap: await findBubblewrap(),
    folders: [compiler.prefix ?? [], native.prefix ?? []].flat(),
    directory: "/in",
    limits: { ...compileLimits, fileBytes: 4 * compileLimits.fileBytes },
    signal,
  };
  const own = ["loader.c", "channel.h", "filter.h"];
  const texts = await Promise.all(own.map((name) => readFile(join(sandboxDirectory, name))));
  const headers = await shimHeaders();
  const loader = await runInJail({
    ...jail,
    command: [native.path, "-O1", "-DLESSONBANK_SANITIZED", "-c", "loader.c", "-o", "/tmp/loader.o"],
    result: "/tmp/loader.o",
    files: {
      ...headers,
      ...Object.fromEntries(own.map((name, index) => [`/in/${name}`, texts[index] ?? new Uint8Array()])),
    },
  });
  if (loader.ending !== "success") return `the loader does not compile: ${loader.diagnostics}`;
  const [shim, source] = task.language === "c" ? ["shim.c", "reference.c"] : ["shim.cpp", "reference.cpp"];
  const whole = await runInJail({
    ...jail,
    command: [
      compiler.path,
      `-std=${task.compiler.standard}`,
      ...task.compiler.flags,
      ...sanitizers,
      "-w",
      "-I/in",
      "-x",
      task.language,
      shim,
      source,
      "-x",
      "none",
      "/in/.loader.o",
      "-o",
      "/tmp/program",
      "-lm",
    ],
    result: "/tmp/program",
    files: {
      ...headers,
      [`/in/${shim}`]: Buffer.from(subject.shim),
      [`/in/${source}`]: Buffer.from(task.source.text),
      "/in/.loader.o": loader.output,
    },
  });
  if (whole.ending !== "success")
    return `the sanitizer build fails: ${whole.diagnostics.split("\n").slice(0, 3).join("\n")}`;
  await keep(program, whole.output);
  return undefined;
}

/** The report's own lines: what, where in the reference, and what the memory was. */
function reportOf(ending: Ending, plan: LoadedPlan, limitMs: number | undefined): string {
  const at = sizesText(plan.sizes);
  const lines = (cleanText(ending.said).split("Shadow byte legend", 1)[0] ?? "")
    .split("\n")
    .map((line) => line.replace(/^==\d+==\s*/, "").replace("ERROR: AddressSanitizer: ", ""))
    // Of the stacks, what lies in the reference.
    .filter((line) => line.trim() !== "" && (!/^\s*#\d/.test(line) || line.includes(" /in/")))
    .filter(
      (line) =>
        !/^=+$|DEADLYSIGNAL|^Hint:|^The signal is|^allocated by|^SUMMARY|^Shadow bytes|^=?[>\s]\s*0x|can not provide|^ABORTING/.test(
          line,
        ),
    )
    .map((line) => line.replace(/0x[0-9a-f]+ in (.*) \/in\//, "$1, "))
    .map((line) =>
      line.replace(/(?: on (?:unknown )?address 0x[0-9a-f]+)? \(?(?:at )?pc 0x[0-9a-f]+.*$/, ""),
    );
  if (lines.length === 0) return describeEnding(ending, plan.sizes, limitMs).reason;
  return `${at === "" ? "" : `with ${at}: `}${lines.slice(0, 8).join("\n")}`;
}
