/**
 * The client of the native supervisor: one process, one command at a time, a typed reply to each.
 */
import { execa } from "execa";
import { z } from "zod";
import { LessonbankError, MachineError } from "../errors.ts";
import { jailError, systemMounts, systemPaths } from "./bubblewrap.ts";
import { killedRemedy, LostError, requireFiles } from "./lost.ts";
import { nativePrograms } from "./native.ts";
import { sharedSandbox, type Sandbox } from "./sandbox.ts";
import { turnFolders, waitForTurn, type TurnOptions } from "./timing-turn.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

const ending = z.object({
  ended: z.enum(["exit", "signal", "timeout", "cancelled", "protocol", "jail", "memory", "none"]),
  /** Exit status or signal. */
  number: z.number(),
  phase: z.string(),
  /** What the process wrote to standard error. Untrusted. */
  said: z.string(),
});
const timing = z.object({
  cpuNs: z.number(),
  wallNs: z.number(),
  untimedNs: z.number(),
  untimedWallNs: z.number(),
  lifetimeNs: z.number(),
});
const mismatch = z.object({
  kind: z.enum(["value", "length", "overflow", "bounds"]),
  path: z.string(),
  candidate: z.string(),
  reference: z.string(),
});
const pairReply = z.object({
  seed: z.string(),
  generator: ending.optional(),
  /** What the generator made does not fit. */
  generatorOverflow: z.boolean().optional(),
  reference: z.union([timing, ending]).optional(),
  candidate: z.union([timing, ending]).optional(),
  referenceBounds: mismatch.optional(),
  candidateBounds: mismatch.optional(),
  mismatch: mismatch.optional(),
  grownBytes: z.number().optional(),
  /** Of the arm that ended, where one did. */
  limitMs: z.number().optional(),
});
const replyStatus = z.object({ ok: z.boolean(), error: z.string().optional() });
const startReply = z.object({
  pid: z.number().optional(),
  loadCpuNs: z.number().optional(),
  ending: ending.optional(),
});

/** How a worker came to its end. */
export type Ending = z.infer<typeof ending>;
/**
 * One call, or one batch of calls, of one arm. `untimedNs` is the CPU time of decoding and encoding around it, `untimedWallNs` what they took, `lifetimeNs` that of the
 * process since it was started.
 */
export type Timing = z.infer<typeof timing>;
export type Mismatch = z.infer<typeof mismatch>;
export type PairReply = z.infer<typeof pairReply>;

export interface WorkerStart {
  readonly name: string;
  /** A shared object. */
  readonly library: string;
  /** In place of the usual loader: one that is built with the sanitizers, as the library is. */
  readonly loader?: string | undefined;
  readonly threads: number;
  readonly limitMs: number;
  /** Whether its arguments lie where no other worker sees them: a generator's hold the seed. The arms of a pair share theirs. */
  readonly ownInputs?: boolean | undefined;
  /** Plans that it will be used with: its memory is made large enough for them. */
  readonly plans: readonly string[];
}

export interface PairRequest {
  readonly plan: string;
  readonly reference: string;
  /** Absent: the reference runs alone. */
  readonly candidate?: string | undefined;
  readonly candidateFirst?: boolean | undefined;
  readonly referenceLimitMs: number;
  readonly candidateLimitMs: number;
  /** Where the reference goes first, the candidate may take this many times as long, and `candidateLimitMs` on top. */
  readonly candidateFactor?: number | undefined;
  /** To repeat what an earlier reply told. */
  readonly seed?: string | undefined;
  /** Whether outputs hold other noise before the second arm's call than before the first's. */
  readonly otherNoise?: boolean | undefined;
  /** Whether one element of the arguments is another than `seed` makes it. */
  readonly oneChanged?: boolean | undefined;
  readonly generator?: { readonly plan: string; readonly worker: string } | undefined;
}

export interface Supervisor {
  addPlan(...words: readonly string[]): Promise<void>;
  dropPlan(...names: readonly string[]): Promise<void>;
  /** Starts workers side by side. For each: undefined once it stands; otherwise how it ended while it was loaded. */
  start(...workers: readonly WorkerStart[]): Promise<(Ending | undefined)[]>;
  pair(request: PairRequest): Promise<PairReply>;
  /** Kills workers, nothing where they have ended; what they held is given back in the background. */
  end(...workers: readonly string[]): Promise<void>;
  /** Waits for a turn at measuring, see `timing-turn.ts`. Rejects with the signal's reason, and then has left the queue. */
  lock(options?: TurnOptions): Promise<void>;
  unlock(): Promise<void>;
  /** Whether measurements are pinned to a core. */
  readonly pinned: boolean;
  readonly alive: boolean;
  /** Gives up what is being done; the supervisor stays usable, the workers that were busy are gone. */
  cancel(): void;
  /** Ends it and every worker. */
  close(): Promise<void>;
}

export interface SupervisorOptions {
  /** Default: one without control groups. */
  readonly sandbox?: Sandbox;
  readonly memoryBytes?: number;
  readonly cpuSeconds?: number;
  /** Keeps it and its workers to this core, for one that times nothing. Default: it is pinned where measurements are made. */
  readonly core?: number | undefined;
}

/** Starts a supervisor. Throws a MachineError where something is missing. */
export async function startSupervisor(options: SupervisorOptions = {}): Promise<Supervisor> {
  const { memoryBytes = 4 * 2 ** 30, cpuSeconds = 600 } = options;
  const { supervisor: program, loader } = await nativePrograms();
  const sandbox = options.sandbox ?? (await sharedSandbox());
  const child = execa(program, [], {
    stdio: ["pipe", "pipe", "ignore"],
    encoding: "utf8",
    buffer: false,
    reject: false,
    env: {},
    extendEnv: false,
    cwd: "/",
  });
  let alive = true;
  let waiting:
    | { lines: string[]; wanted: number; resolve: (lines: string[]) => void; reject: (error: Error) => void }
    | undefined;
  let partial = "";
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    const lines = (partial + chunk).split("\n");
    partial = lines.pop() ?? "";
    if (!waiting) return;
    waiting.lines.push(...lines);
    if (waiting.lines.length < waiting.wanted) return;
    const { resolve, lines: replies } = waiting;
    waiting = undefined;
    resolve(replies);
  });
  const ended = child.then((result) => {
    alive = false;
    waiting?.reject(
      new LostError(
        result.exitCode === undefined && result.signal === undefined
          ? `${program} cannot be started${result.code === undefined ? "" : ` (${result.code})`}`
          : `the supervisor was ended (${result.signal ?? `status ${result.exitCode}`})`,
        result.signal === "SIGKILL" ? { remedy: killedRemedy } : { kind: "internal", cause: result.cause },
      ),
    );
    waiting = undefined;
  });

  /** Commands that are obeyed one after the other; a reply to each. Throws for the first that is refused. */
  const askAll = async <T>(schema: z.ZodType<T>, commands: readonly string[]): Promise<T[]> => {
    if (commands.length === 0) return [];
    if (!alive) throw new LostError("the supervisor has ended", { remedy: killedRemedy });
    if (waiting) throw new LessonbankError("internal", "the supervisor is asked twice at once");
    const lines = await new Promise<string[]>((resolve, reject) => {
      waiting = { lines: [], wanted: commands.length, resolve, reject };
      child.stdin.write(`${commands.join(" ; ")}\n`);
    });
    const replies = lines.map((line) => JSON.parse(line) as unknown);
    for (const [index, reply] of replies.entries()) {
      const { ok, error = "?" } = replyStatus.parse(reply);
      if (!ok)
        throw new LessonbankError(
          "internal",
          `the supervisor refused "${commands[index]?.slice(0, 60)}": ${error}`,
        );
    }
    return replies.map((reply) => schema.parse(reply));
  };
  const ask = async <T>(schema: z.ZodType<T>, ...words: readonly (string | number)[]): Promise<T> => {
    const [reply] = await askAll(schema, [words.join(" ")]);
    return reply as T;
  };

  const fences = [path(loader), memoryBytes, cpuSeconds, sandbox.countsTasks ? 1 : 0];
  if (sandbox.kind === "full")
    await ask(z.unknown(), "jail", ...fences, ...[...sandbox.bubblewrap, ...systemMounts()].map(path));
  else await ask(z.unknown(), "bare", ...fences, ...systemPaths.map(path));
  await ask(z.unknown(), "groups", ...sandbox.groups.map(path));
  const core = sandbox.measuringCore;
  let pinned = false;
  if (options.core !== undefined) await ask(z.unknown(), "keep", options.core);
  else if (core !== undefined) ({ pinned } = await ask(z.object({ pinned: z.boolean() }), "pin", core));

  const start: Supervisor["start"] = async (...workers) => {
    const begun = workers.map(({ name, library, loader: other, threads, limitMs, ownInputs, plans }) => {
      // Each its own: processes of one user may signal each other.
      const user = unprivilegedUser() ?? 0;
      const files = [path(library), other === undefined ? "-" : path(other)];
      return ["start", name, ...files, user, threads, limitMs, ownInputs ? 1 : 0, ...plans].join(" ");
    });
    const awaited = workers.map(({ name }) => `await ${name}`);
    const replies = (await askAll(startReply, [...begun, ...awaited])).slice(workers.length);
    const endings = replies.map((reply) => reply.ending);
    const failed = endings.find((one) => one?.ended === "jail");
    if (failed) {
      const files = workers.flatMap((one) => [one.library, one.loader ?? loader]);
      await requireFiles([...sandbox.bubblewrap.slice(0, 1), ...files], "It is made anew.");
      throw startError(sandbox, failed.said || "it did not start");
    }
    return endings;
  };
  const askTurn = async (): Promise<boolean> => {
    const folders = turnFolders();
    const { held } = await ask(z.object({ held: z.boolean() }), "lock", ...folders.map(path)).catch(
      (cause: unknown) => {
        if (!alive) throw cause;
        throw new MachineError(`no queue for measurements can be made in ${folders.join(" or ")}`, {
          remedy: "Make one of them writable for this user alone.",
          cause,
        });
      },
    );
    return held;
  };
  const leaveTurn = async (): Promise<void> => void (await ask(z.unknown(), "unlock"));
  // Clears away what processes left there that were killed.
  await askTurn().then(leaveTurn, () => undefined);

  return {
    pinned,
    get alive() {
      return alive;
    },
    addPlan: async (...words) => void (await askAll(z.unknown(), words)),
    dropPlan: async (...names) =>
      void (await askAll(
        z.unknown(),
        names.map((name) => `drop ${name}`),
      )),
    start,
    async pair(request) {
      const { plan, reference, candidate, candidateFirst, referenceLimitMs, candidateLimitMs } = request;
      return ask(
        pairReply,
        "pair",
        plan,
        reference,
        candidate ?? "-",
        candidateFirst ? 1 : 0,
        referenceLimitMs,
        candidateLimitMs,
        request.candidateFactor ?? 0,
        request.seed ?? "-",
        "-",
        request.otherNoise ? "-" : "same",
        request.oneChanged ? "-" : "none",
        ...(request.generator ? [request.generator.plan, request.generator.worker] : []),
      );
    },
    end: async (...names) =>
      void (await askAll(
        z.unknown(),
        names.map((name) => `end ${name}`),
      )),
    lock: (turn) => waitForTurn({ ask: askTurn, leave: leaveTurn }, turn),
    unlock: leaveTurn,
    cancel() {
      if (waiting) child.stdin.write("cancel\n");
    },
    async close() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 500);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Why there is no worker: bubblewrap's fault where it spoke. */
function startError(sandbox: Sandbox, said: string): LessonbankError {
  if (sandbox.kind === "full" && said.startsWith("bwrap: ")) return jailError(said);
  return new LostError(`a worker cannot be started: ${said}`, { kind: "internal" });
}

/** Whether a reply holds a timing rather than an ending. */
export function isTiming(value: Timing | Ending | undefined): value is Timing {
  return value !== undefined && "cpuNs" in value;
}

/** As one word: the supervisor splits at spaces. */
function path(text: string): string {
  return text === ""
    ? "%00"
    : text.replaceAll(/[%\s]/g, (byte) => `%${(byte.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`);
}
