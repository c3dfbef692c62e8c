import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInJail, type JailResult } from "../../src/evaluate/jail.ts";
import { sharedSandbox } from "../../src/evaluate/sandbox.ts";
import { expectWithin } from "../noisy-machine.ts";
import { expectReadable, programText, strayProcesses } from "./judge.ts";

/** What a taken compiler is after: a file, an environment variable, a socket on loopback and one without a file. */
const secret = `canary-${randomBytes(12).toString("hex")}`;
const folder = mkdtempSync(join(tmpdir(), "lessonbank-canary-"));
const canary = join(folder, "canary");
writeFileSync(canary, secret, { mode: 0o644 });
process.env["LESSONBANK_CANARY"] = secret;

const servers: Server[] = [];
let connections = 0;
async function listenAt(place: string | number): Promise<Server> {
  const server = createServer((socket) => void (connections++, socket.destroy()));
  servers.push(server);
  await new Promise<void>((resolve) =>
    typeof place === "number" ? server.listen(place, "127.0.0.1", resolve) : server.listen(place, resolve),
  );
  return server;
}
afterAll(async () => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
  expect(connections).toBe(0);
  expect(await strayProcesses()).toEqual([]);
});

/** A shell script in the compiler's place. Where its limit of time is not what is tested, it has more of it than a busy machine needs. */
async function runTaken(
  script: string,
  {
    files = {},
    wallMs = 30_000,
  }: { readonly files?: Record<string, Uint8Array>; readonly wallMs?: number } = {},
): Promise<JailResult> {
  const megabyte = 2 ** 20;
  const limits = { wallMs, cpuSeconds: 10, memoryBytes: 4096 * megabyte, fileBytes: 64 * megabyte };
  return runInJail({
    sandbox: await sharedSandbox(),
    command: ["/bin/sh", "-c", script],
    result: "/tmp/report",
    files: { "/in/nothing": new Uint8Array(), ...files },
    directory: "/in",
    limits: { ...limits, temporaryBytes: 256 * megabyte },
  });
}

describe("a compiler that was taken over does not get (S34 to S38, S40, S41)", () => {
  let report: string;
  beforeAll(async () => {
    const { port } = (await listenAt(0)).address() as AddressInfo;
    const abstract = `lessonbank-${secret}`;
    await listenAt(`\0${abstract}`);
    const source = await programText("attacks/s40-taken-compiler.c", {
      CANARY: canary,
      PORT: String(port),
      ABSTRACT: abstract,
    });
    const result = await runTaken("gcc -w /in/taken.c -o /tmp/taken && /tmp/taken", {
      files: { "/in/taken.c": Buffer.from(source) },
    });
    report = `${Buffer.from(result.output).toString()}${result.diagnostics}`;
  });

  it.each([
    ["the environment", "environment"],
    ["descriptors of ours", "descriptors"],
    ["standard input", "input"],
    ["a file by its name", "file-of-host"],
    ["the accounts of the system", "accounts"],
    ["the kernel's view of processes", "processes"],
    ["devices", "devices"],
    ["the pattern of core dumps", "core-pattern"],
    ["to write to the system", "write-system"],
    ["to be root", "root"],
    ["a connection to this machine", "internet"],
    ["a connection to a socket without a file", "abstract"],
    ["a socket to the host of this machine", "vsock"],
    ["a socket to the kernel", "netlink"],
    ["a keyring", "keyring"],
    ["an asynchronous ring", "ring"],
    ["a program in the kernel", "kernel-program"],
    ["its own page faults", "page-faults"],
    ["counters of the processor", "counters"],
    ["namespaces of its own", "namespaces"],
    ["to mount", "mounts"],
    ["a lock that others see", "lock"],
    ["more room than its limit", "room"],
    ["processes without number", "many-processes"],
  ])("%s", (_, name) => {
    expect(report.split("\n")).toContain(`${name} refused`);
  });
});

describe("what a taken compiler leaves as its result (S39)", () => {
  it.each([
    ["a link to a file of the host", `ln -s ${canary} /tmp/report`],
    ["a link up and out", `ln -s ../../../..${canary} /tmp/report`],
    ["a folder", "mkdir /tmp/report"],
    ["nothing", ":"],
  ])("is refused where it is %s", async (_, script) => {
    const result = await runTaken(script);
    expect(result).toMatchObject({ ending: "failure", output: new Uint8Array() });
    expect(result.diagnostics).not.toContain(secret);
  });

  it("is not waited for longer than the limit where it is a pipe", async () => {
    await expectWithin(
      1500,
      () => runTaken("mkfifo /tmp/report", { wallMs: 500 }),
      (result) => expect(result.ending).not.toBe("success"),
    );
  });

  it("is not larger than the limit, whatever else it writes", async () => {
    const result = await runTaken(
      "head -c 100000000 /usr/bin/../lib/*/libc.so.6 /usr/bin/* > /tmp/report; :",
    );
    expect(result.output.length).toBeLessThanOrEqual(64 * 2 ** 20);
  });

  it("is the file alone, without what it said before", async () => {
    const result = await runTaken("echo forged; echo true > /tmp/report");
    expect(Buffer.from(result.output).toString()).toBe("true\n");
  });
});

describe("a taken compiler ends (S36, S38)", () => {
  it.each([
    ["when it sleeps", "sleep 1000"],
    ["when it ignores every signal", "trap '' INT TERM HUP QUIT; while :; do :; done"],
    ["when it stops itself", "kill -STOP $$"],
    [
      "when it starts itself again and again",
      "bomb() { bomb | bomb & }; for i in 1 2 3; do bomb; done; sleep 1000",
    ],
  ])("%s", async (_, script) => {
    await expectWithin(1500, async () => {
      const result = await runTaken(script, { wallMs: 500 });
      expect(result.ending).not.toBe("success");
      expect(await strayProcesses()).toEqual([]);
      return result;
    });
  });

  it.each([
    ["by itself, with the orphans that it leaves", "(setsid sleep 1000 &) ; exit 1"],
    ["by itself, with orphans that hold its output", "sleep 1000 & exit 1"],
    ["when it kills everybody", "kill -9 -1; exit 1"],
  ])("%s", async (_, script) => {
    await expectWithin(2000, async () => {
      const result = await runTaken(script);
      expect(result.ending).toBe("failure");
      expect(await strayProcesses()).toEqual([]);
      return result;
    });
  });

  it("where it traces process 1, within a second after its limit", async () => {
    const planted = { CANARY: canary, PORT: "1", ABSTRACT: "nobody" };
    const source = Buffer.from(await programText("attacks/s40-taken-compiler.c", planted));
    await expectWithin(2000, async () => {
      const result = await runTaken("gcc -w /in/taken.c -o /tmp/taken && /tmp/taken trace; exit 1", {
        files: { "/in/taken.c": source },
        wallMs: 1000,
      });
      expect(result.ending).not.toBe("success");
      expect(await strayProcesses()).toEqual([]);
      return result;
    });
  });

  it("with its words cut and cleaned, whatever it says", async () => {
    const said = String.raw`printf 'bwrap: \033[31m\302\233\330\234\342\200\256 no room\000\n' >&2; exit 1`;
    const result = await runTaken(said).catch((error: unknown) => error);
    expect(result).toMatchObject({ ending: "failure" });
    expectReadable((result as JailResult).diagnostics);
    const flood = await runTaken("while :; do echo words words words >&2; done");
    expect(flood.ending).toBe("too-large");
    expectReadable(flood.diagnostics);
  });

  it("without a trace in the host's folders", () => {
    for (const path of ["/left", "/usr/left", "/tmp/much", "/tmp/report"])
      expect(existsSync(path)).toBe(false);
  });
});
