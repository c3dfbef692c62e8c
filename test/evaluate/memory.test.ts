import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileLibrary, compileShim } from "../../src/evaluate/compile.ts";
import { describeEnding } from "../../src/evaluate/describe.ts";
import { sanitizingLoader } from "../../src/evaluate/sanitizing-loader.ts";
import { openSandbox, type SandboxKind } from "../../src/evaluate/sandbox.ts";
import { startSupervisor, type Ending } from "../../src/evaluate/supervisor.ts";
import { findCompiler } from "../../src/evaluate/toolchain.ts";
import { temporaryFolder } from "./temporary.ts";

const memoryBytes = 256 << 20;
const settings = { command: "gcc", standard: "gnu17", flags: ["-O1"] };

/** How a worker ends that takes far more than it may. The sanitizers need so much room for addresses that no limit of a process bounds it. */
async function endingOfHog(choices: {
  kind: SandboxKind;
  controlGroups: boolean;
  sanitize: boolean;
}): Promise<unknown> {
  const { sanitize } = choices;
  const sandbox = await openSandbox(choices);
  const text = await readFile(new URL("fixtures/hog.c", import.meta.url), "utf8");
  const shim = await compileShim(text, "c", settings, { sandbox });
  if (!shim.ok) throw new Error(shim.reason);
  const whole = { language: "c", compiler: settings, source: "int nothing;", fileName: "nothing.c" } as const;
  const compiled = await compileLibrary({
    ...whole,
    shim: shim.bytes,
    sanitize: sanitize && "quick",
    sandbox,
  });
  if (!compiled.ok) throw new Error(compiled.reason);
  const library = join(await temporaryFolder(), "library.so");
  await writeFile(library, compiled.bytes);
  const supervisor = await startSupervisor({ sandbox, memoryBytes });
  try {
    await supervisor.addPlan("plan p 1 0 0 0 0 0");
    const loader = sanitize ? await sanitizingLoader(await findCompiler("gcc")) : undefined;
    await supervisor.start({ name: "reference", library, loader, threads: 1, limitMs: 10_000, plans: ["p"] });
    const limits = { referenceLimitMs: 20_000, candidateLimitMs: 20_000 };
    return (await supervisor.pair({ plan: "p", reference: "reference", ...limits })).reference;
  } finally {
    await supervisor.close();
    await sandbox.close();
  }
}

describe("a worker that takes more memory than it may", () => {
  it.each([
    { kind: "full", controlGroups: true },
    { kind: "full", controlGroups: false },
    { kind: "weaker", controlGroups: true },
    { kind: "weaker", controlGroups: false },
  ] as const)(
    "is ended, sanitizers or not, and the reason is memory ($kind, control groups: $controlGroups)",
    async (choices) => {
      const ending = (await endingOfHog({ ...choices, sanitize: true })) as Ending;
      expect(ending).toMatchObject({ ended: "memory", phase: "call" });
      expect(describeEnding(ending).reason).toBe("Stopped for using too much memory in a call.");
    },
  );

  it("is given no more where a limit of the process bounds it", async () => {
    const timing = await endingOfHog({ kind: "full", controlGroups: false, sanitize: false });
    expect(timing).toMatchObject({ cpuNs: expect.any(Number) });
  });
});
