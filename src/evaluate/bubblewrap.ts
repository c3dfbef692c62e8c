/**
 * Bubblewrap as every jail uses it: what of the system is seen, which of its fences this machine can have, and what is missing where
 * it cannot make one at all.
 */
import { lstatSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import { MachineError } from "../errors.ts";
import { findBubblewrap } from "./toolchain.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

/** What a program needs in order to run: no home, no /etc beyond what the linker reads. */
export const systemPaths = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/etc/alternatives",
  "/etc/ld.so.cache",
  "/nix/store",
];

/** Mounts of `systemPaths`, read-only. */
export function systemMounts(): string[] {
  return systemPaths.flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status) return [];
    return status.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
  });
}

/**
 * The program and the options that begin every jail. Tries them: throws a MachineError that says what is missing where no sandbox can be
 * made here.
 */
export async function openBubblewrap(): Promise<string[]> {
  const path = await findBubblewrap();
  const always = [
    path,
    "--unshare-all",
    "--unshare-user",
    "--die-with-parent",
    "--as-pid-1",
    "--new-session",
    "--clearenv",
  ];
  const refusal = await tryJail([...always, "--disable-userns"]);
  if (refusal === undefined) return [...always, "--disable-userns"];
  // Older ones do not know it, and where /proc/sys is read-only it cannot be had; the system call filters refuse the same.
  const said = await tryJail(always);
  if (said === undefined) return always;
  throw jailError(said);
}

/** What it said where it failed. */
async function tryJail(command: readonly string[]): Promise<string | undefined> {
  const user = unprivilegedUser();
  const [program = "", ...options] = command;
  const { exitCode, stderr, shortMessage } = await execa(
    program,
    [...options, ...systemMounts(), "--", "/bin/true"],
    {
      reject: false,
      stdin: "ignore",
      env: {},
      extendEnv: false,
      cwd: "/",
      timeout: 10_000,
      ...(user !== undefined && { uid: user, gid: user }),
    },
  );
  return exitCode === 0 ? undefined : stderr || shortMessage || "it did not start";
}

/** What bubblewrap said of its own failure, as an error with a remedy. */
export function jailError(said: string): MachineError {
  const what = said.replace(/^bwrap: /, "").trim();
  return new MachineError(`bubblewrap cannot make a sandbox here: ${what}`, {
    remedy:
      "Unprivileged user namespaces are needed: see kernel.unprivileged_userns_clone, user.max_user_namespaces, " +
      "kernel.apparmor_restrict_unprivileged_userns, or give a container --security-opt seccomp=unconfined. " +
      "Where that is not to be had, --weaker-sandbox does without them, and without some of the fences.",
  });
}
