import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { sandboxDirectory } from "../../src/evaluate/kept-programs.ts";
import type { MachineProbe } from "../../src/evaluate/probe.ts";
import { probeJail } from "../../src/evaluate/probe-jail.ts";
import { probeMachine } from "../../src/evaluate/probe-machine.ts";
import { probeWorker } from "../../src/evaluate/probe-worker.ts";
import { openSandbox } from "../../src/evaluate/sandbox.ts";
import { repeatWhereNoisy } from "../noisy-machine.ts";
import { temporaryFolder } from "./temporary.ts";

const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});

describe("probeMachine", () => {
  it.each(["full", "weaker"] as const)(
    "tries every fence of the %s sandbox, and all of them hold",
    async (kind) => {
      const atTimeLimit = "compiler jail: everything ends at the time limit";
      const missing = (found: readonly MachineProbe[]): string[] =>
        found.filter(({ status }) => status === "missing").map(({ name }) => name);
      const probes = await repeatWhereNoisy(() => probeMachine(kind), {
        always: (found) => expect(missing(found).filter((name) => name !== atTimeLimit)).toEqual([]),
        once: (found) => expect(missing(found)).toEqual([]),
      });
      const names = probes.map(({ name }) => name);
      for (const name of ["C compiler", "C++ compiler", "compiler jail", "sandbox", "control groups"])
        expect(names).toContain(name);
      for (const fence of [
        "no network",
        "no other processes to be seen",
        "other files unreadable",
        "unprivileged user",
      ])
        for (const where of ["sandbox", "compiler jail"]) expect(names).toContain(`${where}: ${fence}`);
      expect(names).toContain("sandbox: inputs read-only");
      expect(names).toContain("sandbox: clocks outside");
      expect(names).toContain(atTimeLimit);
    },
  );

  it("stops where bubblewrap is missing, and says what to install", async () => {
    process.env["PATH"] = await temporaryFolder();
    const probes = await probeMachine();
    expect(probes.find(({ name }) => name === "bubblewrap")).toMatchObject({
      status: "missing",
      remedy: expect.stringMatching(/apt-get install bubblewrap/),
    });
    expect(probes.some(({ name }) => name === "sandbox")).toBe(false);
  });
});

/** The attempts, of which one is sure to succeed: as if its fence were not there. */
async function meansWith(attempt: string): Promise<{ attempts: string; canary: string; directory: string }> {
  const text = await readFile(join(sandboxDirectory, "attempts.c"), "utf8");
  const attempts = text.replace(new RegExp(String.raw`static int ${attempt}\(([^)]*)\) \{`), "$& return 1;");
  expect(attempts).not.toBe(text);
  return { attempts, canary: "/etc/hostname", directory: await temporaryFolder() };
}

describe("a fence that does not hold", () => {
  it.each(["read_canary", "be_root", "write_input", "memory", "descriptors"])(
    "is told of a worker (%s)",
    async (attempt) => {
      const sandbox = await openSandbox({ controlGroups: false });
      const probes = await probeWorker(sandbox, await meansWith(attempt));
      expect(probes.filter(({ status }) => status === "missing")).toHaveLength(1);
    },
  );

  it.each(["read_canary", "be_root", "many_processes", "memory_together", "environment"])(
    "is told of a compile jail (%s)",
    async (attempt) => {
      const sandbox = await openSandbox({ controlGroups: false });
      const probes = await probeJail(sandbox, await meansWith(attempt));
      expect(probes.filter(({ status }) => status === "missing")).toHaveLength(1);
    },
  );

  it("makes what does not compile a fence that was not seen to hold", async () => {
    const sandbox = await openSandbox({ controlGroups: false });
    const probes = await probeJail(sandbox, { attempts: "nonsense", canary: "/etc/hostname" });
    expect(probes.every(({ status }) => status === "missing")).toBe(true);
  });
});
