/**
 * Runs one program in a bubblewrap jail: a read-only system, a small private /tmp, no network, no /proc, no /dev, an empty
 * environment, closed input, its own user where we are root. Files go in as data, the result comes out through a pipe.
 */
import { randomInt } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { execa } from "execa";
import { MachineError } from "../errors.ts";

export interface JailRun {
  readonly bubblewrap: string;
  /** The program and its arguments. It is started by a shell that sets the limits. */
  readonly command: readonly string[];
  /** Copied to standard output when the program has succeeded. */
  readonly result: string;
  /** Read-only files by absolute path: what they hold, or which file of ours is copied there. */
  readonly files: Readonly<Record<string, Uint8Array | { readonly copyOf: string }>>;
  /** Further folders to be seen, read-only. */
  readonly folders?: readonly string[];
  readonly directory: string;
  readonly limits: JailLimits;
  readonly signal?: AbortSignal | undefined;
}

export interface JailLimits {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** Of any one file that it writes, and of what comes out. */
  readonly fileBytes: number;
  /** Of /tmp. */
  readonly temporaryBytes: number;
}

export interface JailResult {
  readonly ending: "success" | "failure" | "timed-out" | "too-large";
  readonly exitCode: number | undefined;
  /** Empty unless it succeeded. */
  readonly output: Uint8Array;
  /** At most 8 KiB, without control characters. Untrusted text. */
  readonly diagnostics: string;
  readonly durationMs: number;
}

const diagnosticBytes = 8192;
/** Control characters but tab and newline, and those that turn the direction of writing. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Runs to the end or the limit; whatever was started is gone when this resolves. Rejects with the signal's reason. */
export async function runInJail(run: JailRun): Promise<JailResult> {
  const opened: FileHandle[] = [];
  try {
    const inputs: (Uint8Array | number)[] = [];
    for (const file of Object.values(run.files)) {
      if (file instanceof Uint8Array) {
        inputs.push(file);
        continue;
      }
      const handle = await open(file.copyOf);
      opened.push(handle);
      inputs.push(handle.fd);
    }
    return await runWith(run, inputs);
  } finally {
    await Promise.all(opened.map((handle) => handle.close()));
  }
}

async function runWith(run: JailRun, inputs: readonly (Uint8Array | number)[]): Promise<JailResult> {
  const { limits } = run;
  run.signal?.throwIfAborted();
  const names = Object.keys(run.files);
  const script = [
    "ulimit -c 0",
    `ulimit -t ${limits.cpuSeconds}`,
    `ulimit -f ${Math.ceil(limits.fileBytes / 512)}`,
    `ulimit -v ${Math.ceil(limits.memoryBytes / 1024)}`,
    `"$@" && exec cat ${run.result}`,
  ].join("\n");
  const user = unprivilegedUser();
  const jailed = await execa(
    run.bubblewrap,
    [
      "--unshare-all",
      "--die-with-parent",
      "--as-pid-1",
      "--new-session",
      "--clearenv",
      // collect2 looks for linkers other than ld on PATH.
      "--setenv",
      "PATH",
      "/usr/bin:/bin",
      "--hostname",
      "jail",
      ...systemMounts(),
      ...(run.folders ?? []).flatMap((folder) => ["--ro-bind", folder, folder]),
      ...names.flatMap((name, index) => ["--perms", "0444", "--ro-bind-data", String(3 + index), name]),
      "--size",
      String(limits.temporaryBytes),
      "--perms",
      "1777",
      "--tmpfs",
      "/tmp",
      "--chdir",
      run.directory,
      "--remount-ro",
      "/",
      "--",
      "/bin/sh",
      "-c",
      script,
      "sh",
      ...run.command,
    ],
    {
      // Descriptors beyond the third may be numbers, though execa's types do not say so.
      stdio: ["ignore", "pipe", "pipe", ...(inputs as readonly Uint8Array[])],
      encoding: "buffer",
      env: {},
      extendEnv: false,
      cwd: "/",
      reject: false,
      maxBuffer: { stdout: limits.fileBytes, stderr: 1 << 20 },
      timeout: limits.wallMs,
      killSignal: "SIGKILL",
      stripFinalNewline: false,
      ...(run.signal && { cancelSignal: run.signal }),
      ...(user !== undefined && { uid: user, gid: user }),
    } as const,
  );
  run.signal?.throwIfAborted();
  const said = (jailed.stderr as unknown as Uint8Array | undefined) ?? new Uint8Array();
  const diagnostics = cleanText(Buffer.from(said).toString("utf8"));
  if (jailed.exitCode !== 0 && diagnostics.startsWith("bwrap: ")) throw jailError(diagnostics);
  if (jailed.code === "ENOENT" || jailed.code === "EPERM" || jailed.code === "EACCES")
    throw new MachineError(`${run.bubblewrap} cannot be started`, { cause: jailed.cause });
  const success = !jailed.failed && jailed.exitCode === 0;
  return {
    ending: success
      ? "success"
      : jailed.timedOut
        ? "timed-out"
        : jailed.isMaxBuffer
          ? "too-large"
          : "failure",
    exitCode: jailed.exitCode,
    output: success ? jailed.stdout : new Uint8Array(),
    diagnostics,
    durationMs: jailed.durationMs,
  };
}

/** What bubblewrap said of its own failure, as an error with a remedy. */
export function jailError(said: string): MachineError {
  return new MachineError(`bubblewrap cannot make a sandbox here: ${said.replace(/^bwrap: /, "").trim()}`, {
    remedy:
      "Unprivileged user namespaces are needed: see kernel.unprivileged_userns_clone, user.max_user_namespaces, " +
      "kernel.apparmor_restrict_unprivileged_userns, or give a container --security-opt seccomp=unconfined.",
  });
}

/** The part of the system that programs need in order to run: no home, no /etc beyond what the linker reads. */
export function systemMounts(): string[] {
  const mounts = ["--ro-bind", "/usr", "/usr"];
  for (const path of ["/bin", "/sbin", "/lib", "/lib32", "/lib64"]) {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isSymbolicLink()) mounts.push("--symlink", readlinkSync(path), path);
    else if (status?.isDirectory()) mounts.push("--ro-bind", path, path);
  }
  for (const path of ["/etc/alternatives", "/etc/ld.so.cache", "/nix/store"])
    if (lstatSync(path, { throwIfNoEntry: false })) mounts.push("--ro-bind", path, path);
  return mounts;
}

/**
 * A real user id that nobody has, fresh for every process, where we are root; undefined elsewhere. A sandbox started as root
 * would be root outside, whatever it is called inside.
 */
export function unprivilegedUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  // Inside a container only the ids that are mapped exist.
  const map = readFileSync("/proc/self/uid_map", "utf8");
  const ranges = map
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const end = Math.max(...ranges.map(([inside = 0, , length = 0]) => inside + length));
  if (end > 2_000_000_000) return 1_900_000_000 + randomInt(90_000_000);
  if (end > 61_000) return Math.max(20_000, end - 40_000) + randomInt(Math.min(30_000, end - 60_000));
  throw new MachineError("this container maps too few user ids to run untrusted code as another user", {
    remedy: "Run lessonbank as a user other than root.",
  });
}

/** Text from an untrusted program, fit for a terminal: control characters gone, at most 8 KiB unless said otherwise. */
export function cleanText(text: string, mostBytes = diagnosticBytes): string {
  const clean = text.replaceAll(unprintable, "");
  if (Buffer.byteLength(clean) <= mostBytes) return clean;
  const notice = "\n… (cut)";
  const kept = Buffer.from(clean).subarray(0, mostBytes - Buffer.byteLength(notice));
  return kept.toString("utf8").replace(/\uFFFD+$/, "") + notice;
}
