/**
 * Which fences hold round a worker: each attempt is a call of a hostile library in a worker of its own, beside an honest one.
 */
import { join } from "node:path";
import { LessonbankError } from "../errors.ts";
import type { CallPlan } from "../task/call-plan.ts";
import { keep } from "./cache.ts";
import { compileLibrary, compileShim, type CompilerSettings } from "./compile.ts";
import { encodePlan } from "./encode-plan.ts";
import { attemptsSource, fenceProbe, probe, type Fence, type MachineProbe } from "./probe.ts";
import type { Sandbox } from "./sandbox.ts";
import { isTiming, startSupervisor, type Supervisor } from "./supervisor.ts";

const fences: readonly Fence[] = [
  { name: "no network", attempt: "network" },
  { name: "no new processes", attempt: "new_process" },
  { name: "no new threads", attempt: "new_thread" },
  { name: "no other processes to be seen", attempt: "see_outsider" },
  { name: "no signals to others", attempt: "signal_outsider" },
  { name: "no tracing", attempt: "trace" },
  { name: "other files unreadable", attempt: "read_canary" },
  { name: "passwords unreadable", attempt: "read_passwords" },
  { name: "no files writable", attempt: "write_file" },
  { name: "no devices", attempt: "devices" },
  { name: "kernel settings not writable", attempt: "kernel_settings" },
  { name: "no further namespaces", attempt: "namespaces" },
  { name: "no bpf, io_uring, userfaultfd", attempt: "kernel_surface" },
  { name: "inputs read-only", attempt: "write_input" },
  { name: "memory limit holds", attempt: "memory", by: "by a limit of the process" },
  { name: "unprivileged user", attempt: "be_root" },
  { name: "empty environment", attempt: "environment" },
  { name: "no open files of ours", attempt: "descriptors" },
];
const clockFence: Fence = { name: "clocks outside", attempt: "work_unseen" };
const all = [...fences, clockFence];
const memoryBytes = 256 << 20;

const settings: CompilerSettings = { command: "gcc", standard: "gnu17", flags: ["-O1", "-w", "-pthread"] };
const shim = `#include "shim.h"
int triple(volatile int *);
static const struct lessonbank_slot *held;
void *lessonbank_prepare(const struct lessonbank_slot *slots) { held = slots; return (void *)slots; }
void lessonbank_call(void *frame) { (void)frame; *(int *)held[1].data = triple((volatile int *)held[0].data); }
void lessonbank_finish(void *frame) { (void)frame; }
`;
const honest = "int triple(volatile int *x) { return 3 * *x; }";
const hostile = `int triple(volatile int *x) { return 3 * *x + lessonbank_attempt(*x, x); }`;

/** The plan of one call with this argument. */
function planFor(value: number): CallPlan {
  const type = { kind: "scalar", scalar: "i32" } as const;
  const rule = { kind: "constant", value: String(value) } as const;
  return {
    sizes: {},
    tolerance: { relative: 0, absolute: 0 },
    slots: [
      { name: "x", mode: "in", type, count: 1, array: false, rule },
      { name: "return", mode: "out", type, count: 1, array: false, rule: { kind: "noise" } },
    ],
  };
}

/** `directory` is for the libraries; the rest as for `probeJail`. */
export async function probeWorker(
  sandbox: Sandbox,
  {
    attempts,
    canary,
    directory,
  }: { readonly attempts: string; readonly canary: string; readonly directory: string },
): Promise<MachineProbe[]> {
  const libraryOf = async (name: string, source: string): Promise<string> => {
    const object = await compileShim(shim, "c", settings, { sandbox });
    if (!object.ok) throw new LessonbankError("machine", `a trivial shim does not compile: ${object.reason}`);
    const whole = {
      language: "c",
      compiler: settings,
      source,
      fileName: `${name}.c`,
      shim: object.bytes,
    } as const;
    const compiled = await compileLibrary({ ...whole, sandbox });
    if (!compiled.ok)
      throw new LessonbankError("machine", `a trivial program does not compile: ${compiled.reason}`);
    await keep(join(directory, name), compiled.bytes);
    return join(directory, name);
  };
  let libraries: { readonly reference: string; readonly hostile: string } | undefined;
  const compiler = await probe("compiler jail", async () => {
    const reference = await libraryOf("reference", honest);
    libraries = {
      reference,
      hostile: await libraryOf("hostile", attemptsSource(attempts, canary, all) + hostile),
    };
    return "compiles in a sandbox";
  });
  if (!libraries) return [compiler];
  const { reference, hostile: attacker } = libraries;
  const supervisor = await startSupervisor({ sandbox, memoryBytes });
  try {
    const plans = all.map((_, argument) => `p${argument}`);
    const worker = await probe("sandbox", async () => {
      for (const [argument, name] of plans.entries())
        await supervisor.addPlan(encodePlan(planFor(argument), { name, growBytes: 0 }));
      const worker = { name: "reference", library: reference, threads: 1, limitMs: 10_000, plans };
      const [ending] = await supervisor.start(worker);
      if (ending) throw new LessonbankError("machine", "a worker does not start in its sandbox");
      const { held } = await callBeside(supervisor, reference, fences.length);
      if (!held)
        throw new LessonbankError("machine", "a worker in its sandbox does not give the right answer");
      return `a worker runs in it; ${supervisor.pinned ? "pinned to one core" : "not pinned: only one core is available"}`;
    });
    if (worker.status !== "ok") return [compiler, worker];
    const probes: MachineProbe[] = [];
    for (const [index, fence] of fences.entries()) {
      const { held, how } = await callBeside(supervisor, attacker, index);
      probes.push(fenceProbe("sandbox", fence, held, how));
    }
    const { cpuNs, held } = await callBeside(supervisor, attacker, fences.length);
    const seen = held && cpuNs !== undefined && cpuNs > 1_000_000;
    probes.push(fenceProbe("sandbox", clockFence, seen, "work is seen whatever its own clocks say"));
    return [compiler, worker, ...probes];
  } finally {
    await supervisor.close();
  }
}

/** One call in a fresh worker. Held: it ended there, or came back with the honest answer. */
async function callBeside(
  supervisor: Supervisor,
  library: string,
  argument: number,
): Promise<{ held: boolean; how?: string; cpuNs?: number }> {
  const plan = `p${argument}`;
  const worker = { name: "candidate", library, threads: 1, limitMs: 10_000, plans: [plan] };
  const [ending] = await supervisor.start(worker);
  if (ending) throw new LessonbankError("machine", "a worker does not start in its sandbox");
  const limits = { referenceLimitMs: 5000, candidateLimitMs: 5000 };
  const reply = await supervisor.pair({ plan, reference: "reference", candidate: "candidate", ...limits });
  await supervisor.end("candidate");
  const { candidate } = reply;
  if (!candidate) return { held: false };
  if (!isTiming(candidate))
    return { held: true, how: candidate.ended === "memory" ? "by a control group" : "refused" };
  return { held: reply.mismatch === undefined, cpuNs: candidate.cpuNs };
}
