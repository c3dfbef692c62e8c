/**
 * What this machine has of what judging needs, found out by trying.
 */
import { execa } from "execa";
import { LessonbankError } from "../errors.ts";
import type { CallPlan } from "../task/call-plan.ts";
import { keep, makeSessionDirectory } from "./cache.ts";
import { compileLibrary, compileShim, type CompilerSettings } from "./compile.ts";
import { encodePlan } from "./encode-plan.ts";
import { isTiming, startSupervisor } from "./supervisor.ts";
import { findBubblewrap, findCompiler, findProgram } from "./toolchain.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";

export interface MachineProbe {
  readonly name: string;
  /** `missing` keeps work from being done; `absent` does not. */
  readonly status: "ok" | "absent" | "missing";
  readonly detail: string;
  readonly remedy?: string;
}

/** Tries everything, in the order in which one thing needs another. Never throws. */
export async function probeMachine(): Promise<MachineProbe[]> {
  const probes = [
    await attempt("C compiler", async () => (await findCompiler("gcc")).version),
    await attempt("C++ compiler", async () => (await findCompiler("g++")).version),
    await attempt("bubblewrap", probeBubblewrap),
  ];
  if (probes.every(({ status }) => status === "ok")) probes.push(...(await probeSandbox()));
  probes.push(await probeOptional("mold", "links candidates in a third of the time"));
  probes.push(await probeOptional("clang", "for tasks that name it as their compiler"));
  return probes;
}

async function attempt(name: string, find: () => Promise<string>): Promise<MachineProbe> {
  try {
    return { name, status: "ok", detail: await find() };
  } catch (error) {
    const { message, remedy } = error as LessonbankError;
    return { name, status: "missing", detail: message, ...(remedy !== undefined && { remedy }) };
  }
}

async function probeBubblewrap(): Promise<string> {
  const { stdout } = await execa(await findBubblewrap(), ["--version"], { stdin: "ignore" });
  return stdout.trim();
}

async function probeOptional(name: string, use: string): Promise<MachineProbe> {
  const path = await findProgram(name);
  return path === undefined
    ? { name, status: "absent", detail: use, remedy: `Debian, Ubuntu: apt-get install ${name}` }
    : { name, status: "ok", detail: path };
}

const settings: CompilerSettings = { command: "gcc", standard: "gnu17", flags: ["-O1"] };
const shim = `#include "shim.h"
int triple(int);
static const struct lessonbank_slot *held;
void *lessonbank_prepare(const struct lessonbank_slot *slots) { held = slots; return (void *)slots; }
void lessonbank_call(void *frame) { (void)frame; *(int *)held[1].data = triple(*(const int *)held[0].data); }
void lessonbank_finish(void *frame) { (void)frame; }
`;
const integer = { kind: "scalar", scalar: "i32" } as const;
const plan: CallPlan = {
  sizes: {},
  tolerance: { relative: 0, absolute: 0 },
  slots: [
    {
      name: "x",
      mode: "in",
      type: integer,
      count: 1,
      array: false,
      rule: { kind: "integers", low: "0", high: "99" },
    } as const,
    { name: "return", mode: "out", type: integer, count: 1, array: false, rule: { kind: "noise" } },
  ],
};

/** Compiles three programs in a jail and has a worker of each: one right, one wrong, one that opens a socket. */
async function probeSandbox(): Promise<MachineProbe[]> {
  const directory = await makeSessionDirectory();
  const probes: MachineProbe[] = [];
  const libraryOf = async (name: string, source: string): Promise<string> => {
    const object = await compileShim(shim, "c", settings);
    if (!object.ok) throw new LessonbankError("machine", `a trivial shim does not compile: ${object.reason}`);
    const whole = {
      language: "c",
      compiler: settings,
      source,
      fileName: `${name}.c`,
      shim: object.bytes,
    } as const;
    const compiled = await compileLibrary(whole);
    if (!compiled.ok)
      throw new LessonbankError("machine", `a trivial program does not compile: ${compiled.reason}`);
    await keep(join(directory, name), compiled.bytes);
    return join(directory, name);
  };
  let right = "";
  let hostile = "";
  probes.push(
    await attempt("compiler jail", async () => {
      right = await libraryOf("right", "int triple(int x) { return 3 * x; }");
      hostile = await libraryOf(
        "hostile",
        "#include <sys/socket.h>\nint triple(int x) { return 3 * x + (socket(AF_INET, SOCK_STREAM, 0) > 0); }",
      );
      return "compiles in a sandbox without network, home or devices";
    }),
  );
  if (hostile !== "") {
    probes.push(
      await attempt("sandbox", async () => {
        const supervisor = await startSupervisor();
        try {
          await supervisor.addPlan(encodePlan(plan, { name: "p", growBytes: 0 }));
          const start = { threads: 1, limitMs: 10_000, plans: ["p"] };
          for (const [name, library] of [
            ["reference", right],
            ["candidate", right],
            ["hostile", hostile],
          ] as const)
            if (await supervisor.start({ ...start, name, library }))
              throw new LessonbankError("machine", "a worker does not start in its sandbox");
          const pair = { plan: "p", reference: "reference", referenceLimitMs: 5000, candidateLimitMs: 5000 };
          const honest = await supervisor.pair({ ...pair, candidate: "candidate" });
          if (!isTiming(honest.candidate) || honest.mismatch)
            throw new LessonbankError("machine", "a worker in its sandbox does not give the right answer");
          const refused = await supervisor.pair({ ...pair, candidate: "hostile" });
          if (isTiming(refused.candidate))
            throw new LessonbankError(
              "machine",
              "the system call filter does not work: a socket could be opened",
              {
                remedy: "The kernel needs seccomp (CONFIG_SECCOMP_FILTER).",
              },
            );
          const pinned = supervisor.pinned ? "pinned to one core" : "not pinned: only one core is available";
          return `namespaces, system call filter and clocks work; ${pinned}`;
        } finally {
          await supervisor.close();
        }
      }),
    );
  }
  await rm(directory, { recursive: true, force: true });
  return probes;
}
