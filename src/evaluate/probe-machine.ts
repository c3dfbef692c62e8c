/**
 * What this machine has of what judging needs, and which fences it can put round hostile code: found out by trying.
 */
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { makeSessionDirectory } from "./cache.ts";
import { sandboxDirectory } from "./kept-programs.ts";
import { probeJail } from "./probe-jail.ts";
import { probeWorker } from "./probe-worker.ts";
import { probe, type MachineProbe } from "./probe.ts";
import { missingFences, openSandbox, type Sandbox, type SandboxKind } from "./sandbox.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";
import { findBubblewrap, findCompiler, findProgram } from "./toolchain.ts";

/** Tries everything, in the order in which one thing needs another. Never throws. */
export async function probeMachine(kind: SandboxKind = "full"): Promise<MachineProbe[]> {
  const probes = [
    await probe("C compiler", async () => (await findCompiler("gcc")).version),
    await probe("C++ compiler", async () => (await findCompiler("g++")).version),
    ...(kind === "full" ? [await probe("bubblewrap", probeBubblewrap)] : []),
  ];
  if (probes.every(({ status }) => status === "ok")) probes.push(...(await probeFences(kind)));
  probes.push(await probeOptional("mold", "links candidates in a third of the time"));
  probes.push(await probeOptional("clang", "for tasks that name it as their compiler"));
  return probes;
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

async function probeFences(kind: SandboxKind): Promise<MachineProbe[]> {
  let sandbox: Sandbox | undefined;
  const opened = await probe(kind === "full" ? "namespaces" : "weaker sandbox", async () => {
    sandbox = await openSandbox({ kind });
    return missingFences(sandbox).join(" ") || "can be made";
  });
  if (!sandbox) return [opened];
  const open = await makeTemporaryFolder();
  const directory = await makeSessionDirectory();
  try {
    // Readable by everybody outside, so that the sandbox alone keeps it from being read.
    const canary = join(open, "canary");
    await chmod(open, 0o755);
    await writeFile(canary, "outside", { mode: 0o644 });
    const means = {
      attempts: await readFile(join(sandboxDirectory, "attempts.c"), "utf8"),
      canary,
      directory,
    };
    const worker = await tryAll("sandbox", () => probeWorker(sandbox as Sandbox, means));
    const compiles = worker.some(({ name, status }) => name === "compiler jail" && status === "ok");
    const jail = compiles ? await tryAll("compiler jail", () => probeJail(sandbox as Sandbox, means)) : [];
    return [opened, probeGroups(sandbox), ...worker, ...jail];
  } finally {
    for (const folder of [open, directory]) await rm(folder, { recursive: true, force: true });
    await sandbox.close();
  }
}

function probeGroups({ groups, kind }: Sandbox): MachineProbe {
  const name = "control groups";
  if (groups.length > 0)
    return { name, status: "ok", detail: groups.map((group) => group.split(":", 1)[0]).join(" and ") };
  const instead = kind === "full" ? "limits of each process, and memory is watched" : "memory is watched";
  return { name, status: "absent", detail: `none can be made by this user: ${instead} instead` };
}

/** What it finds, or the one line that says why it could not look. */
async function tryAll(name: string, find: () => Promise<MachineProbe[]>): Promise<MachineProbe[]> {
  let found: MachineProbe[] = [];
  const failed = await probe(name, async () => {
    found = await find();
    return "";
  });
  return failed.status === "ok" ? found : [failed];
}
