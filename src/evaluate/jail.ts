/**
 * Runs one program in a jail: a read-only system, a small private /tmp, no network, no /proc, no /dev, an empty environment, closed
 * input, its own user where we are root. Files go in as data, the result comes out through a pipe. `sandbox/launcher.c` sets the
 * limits and sees to the end of all that was started; `sandbox/runner.c` is what it starts inside.
 */
import { open, readFile, type FileHandle } from "node:fs/promises";
import { execa } from "execa";
import { MachineError } from "../errors.ts";
import { bareRoom } from "./bare-room.ts";
import { jailError } from "./bubblewrap.ts";
import { bubblewrapRoom } from "./bubblewrap-room.ts";
import { firstInput, type JailRun } from "./jail-run.ts";
import { killedRemedy, LostError, onceMore } from "./lost.ts";
import { nativePrograms } from "./native.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

export interface JailResult {
  readonly ending: "success" | "failure" | "timed-out" | "out-of-memory" | "too-large";
  readonly exitCode: number | undefined;
  /** Empty unless it succeeded. */
  readonly output: Uint8Array;
  /** At most 8 KiB, without control characters. Untrusted text. */
  readonly diagnostics: string;
  readonly durationMs: number;
}

/** Compilers start few processes; a linker starts a thread a core. */
const mostTasks = 128;
const diagnosticBytes = 8192;
/** Control characters but tab and newline, those that turn the direction of writing or end a line, and those that are not seen. */
const unprintable =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\u{E0000}-\u{E007F}]/gu;
/** The runner's first words. */
const inside = "lessonbank: inside\n";

let serial = 0;

/**
 * Runs to the end or the limit; whatever was started is gone when this resolves. Rejects with the signal's reason, and with a
 * MachineError where no jail can be made here.
 */
export function runInJail(run: JailRun): Promise<JailResult> {
  return onceMore(run.signal, () => runOnce(run));
}

async function runOnce(run: JailRun): Promise<JailResult> {
  const { sandbox, limits } = run;
  run.signal?.throwIfAborted();
  const { launcher, runner } = await nativePrograms();
  const user = unprivilegedUser();
  const tasks = sandbox.countsTasks ? mostTasks : 0;
  const makeRoom = sandbox.kind === "full" ? bubblewrapRoom : bareRoom;
  const room = await makeRoom(run, await readFile(runner), [String(tasks), String(limits.fileBytes)], user);
  const opened: FileHandle[] = [];
  try {
    const inputs: (Uint8Array | number)[] = [];
    let inputBytes = 0;
    for (const input of room.inputs) {
      if (input instanceof Uint8Array) {
        inputs.push(input);
        inputBytes += input.length;
      } else {
        const handle = await open(input.copyOf);
        opened.push(handle);
        inputs.push(handle.fd);
        inputBytes += (await handle.stat()).size;
      }
    }
    const options = [
      `parent=${process.pid}`,
      `descriptors=${firstInput + room.inputs.length}`,
      `wall=${limits.wallMs}`,
      `cpu=${limits.cpuSeconds}`,
      `address=${limits.memoryBytes}`,
      // What lies in the jail's own file systems is memory too.
      `memory=${limits.memoryBytes + limits.temporaryBytes + inputBytes}`,
      `tasks=${mostTasks}`,
      `name=jail-${++serial}`,
      ...sandbox.groups.map((group) => `group=${group}`),
      ...(user === undefined ? [] : [`user=${user}`]),
      ...(sandbox.compileCores ? [`cores=${sandbox.compileCores.join(",")}`] : []),
      ...room.options,
    ];
    const jailed = await execa(launcher, [...options, "--", ...room.command], {
      // Descriptors beyond the third may be numbers, though execa's types do not say so.
      stdio: ["ignore", "pipe", "pipe", "pipe", ...(inputs as Uint8Array[])],
      encoding: "buffer",
      env: {},
      extendEnv: false,
      cwd: "/",
      reject: false,
      maxBuffer: { stdout: limits.fileBytes, stderr: 1 << 20 },
      // The launcher keeps to the limit itself, and ends everything when it is told to end.
      timeout: limits.wallMs + 500,
      forceKillAfterDelay: 500,
      stripFinalNewline: false,
      ...(run.signal && { cancelSignal: run.signal }),
    } as const);
    run.signal?.throwIfAborted();
    // What a tool says may well begin like bubblewrap's own complaints.
    const [first = "", ...after] = textOf(jailed.stderr).split(inside);
    const stood = after.length > 0;
    const said = room.translate(cleanText(stood ? after.join(inside) : first));
    const missing = /^failed (\/\S+) cannot be started: No such file/.exec(textOf(jailed.stdio[3]))?.[1];
    if (missing !== undefined)
      throw new MachineError(`${missing} has gone while it was in use`, { remedy: "Install it again." });
    const [how, what] = /^(\w+) ?(.*)/.exec(textOf(jailed.stdio[3]))?.slice(1) ?? [];
    if (
      how === "failed" ||
      (how === undefined && !jailed.timedOut && !jailed.isMaxBuffer && !jailed.isTerminated)
    )
      throw new LostError(`no jail can be started: ${what ?? jailed.shortMessage}`, { kind: "internal" });
    if (how === undefined && jailed.isTerminated && !jailed.timedOut && !jailed.isMaxBuffer)
      throw new LostError(`a compiler's sandbox was ended (${jailed.signal ?? "?"})`, {
        remedy: killedRemedy,
      });
    const exitCode = how === "exit" ? Number(what) : undefined;
    // Where not even the runner came to speak, it is no fault of what was to be run.
    if (!stood && exitCode !== undefined)
      throw sandbox.kind === "full" && said !== ""
        ? jailError(said)
        : new LostError(`no jail can be started: ${said}`, { kind: "internal" });
    const success = !jailed.isMaxBuffer && exitCode === 0;
    return {
      ending: success ? "success" : endingOf(how, jailed),
      exitCode: how === "signal" ? 128 + Number(what) : exitCode,
      output: success ? (jailed.stdout as unknown as Uint8Array) : new Uint8Array(),
      diagnostics: said,
      durationMs: jailed.durationMs,
    };
  } finally {
    await Promise.all(opened.map((handle) => handle.close()));
    await room.close();
  }
}

function endingOf(
  how: string | undefined,
  { timedOut, isMaxBuffer }: { timedOut: boolean; isMaxBuffer: boolean },
): Exclude<JailResult["ending"], "success"> {
  if (how === "wall" || timedOut) return "timed-out";
  if (how === "memory") return "out-of-memory";
  return isMaxBuffer ? "too-large" : "failure";
}

function textOf(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString("utf8") : "";
}

/** Text from an untrusted program, fit for a terminal: control characters gone, at most 8 KiB unless said otherwise. */
export function cleanText(text: string, mostBytes = diagnosticBytes): string {
  const clean = text.replaceAll(unprintable, "");
  if (Buffer.byteLength(clean) <= mostBytes) return clean;
  const notice = "\n… (cut)";
  const kept = Buffer.from(clean).subarray(0, mostBytes - Buffer.byteLength(notice));
  return kept.toString("utf8").replace(/\uFFFD+$/, "") + notice;
}
