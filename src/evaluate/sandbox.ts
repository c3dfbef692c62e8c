/**
 * The means by which this machine keeps hostile programs in: found out once, used by every compile jail and every worker of a session.
 */
import { release } from "node:os";
import { execa } from "execa";
import { openBubblewrap } from "./bubblewrap.ts";
import { openSessionGroup } from "./control-groups.ts";
import { allowedCores, measuringCore } from "./measuring-core.ts";
import { nativePrograms } from "./native.ts";
import { removeAbandonedFolders } from "./temporary-folder.ts";
import { unprivilegedUser } from "./unprivileged-user.ts";

/** `weaker` does without namespaces; never chosen but by whoever asks for it by name. */
export type SandboxKind = "full" | "weaker";

export interface Sandbox {
  readonly kind: SandboxKind;
  /** Bubblewrap and the options that begin every jail. Empty in the weaker kind. */
  readonly bubblewrap: readonly string[];
  /** Of the kernel's Landlock, which the weaker kind uses; 0 where there is none. */
  readonly landlock: number;
  /** Parents of control groups, see `SessionGroup`. Empty where there are none to be had. */
  readonly groups: readonly string[];
  /** Whether the kernel's limit on tasks counts those of one jail alone. */
  readonly countsTasks: boolean;
  /** Where measurements are made, and where compilers run meanwhile; undefined where there is but one core. */
  readonly measuringCore: number | undefined;
  readonly compileCores: readonly number[] | undefined;
  /** Removes what was made for it. */
  close(): Promise<void>;
}

export interface SandboxOptions {
  readonly kind?: SandboxKind | undefined;
  /** Default true. */
  readonly controlGroups?: boolean;
}

/** Throws a MachineError that says what is missing, and what could be done about it. */
export async function openSandbox({
  kind = "full",
  controlGroups = true,
}: SandboxOptions = {}): Promise<Sandbox> {
  await removeAbandonedFolders();
  const bubblewrap = kind === "full" ? await openBubblewrap() : [];
  const { launcher } = await nativePrograms();
  const { stdout } = await execa(launcher, ["landlock"], { stdin: "ignore" });
  const session = controlGroups ? await openSessionGroup((parents) => canJoin(launcher, parents)) : undefined;
  const core = measuringCore();
  return {
    kind,
    bubblewrap,
    landlock: Number(stdout),
    groups: session?.parents ?? [],
    countsTasks: unprivilegedUser() !== undefined || (kind === "full" && countsPerNamespace()),
    measuringCore: core,
    compileCores: core === undefined ? undefined : allowedCores().filter((other) => other !== core),
    // oxlint-disable-next-line require-await
    close: async () => session?.close(),
  };
}

/** What the weaker kind lacks here, in sentences for a person. Empty for a full one. */
export function missingFences({ kind, landlock, groups, countsTasks }: Sandbox): string[] {
  if (kind === "full") return [];
  const asUser = process.getuid?.() !== 0;
  return [
    "There are no namespaces: network and other processes are kept away by system call filters alone.",
    "Temporary files of a compiler are limited one by one, not together.",
    landlock === 0 ? "The kernel has no Landlock: every file that anybody can read can be read." : [],
    landlock < 6 && asUser ? "A compiler gone wrong could send signals to your other processes." : [],
    groups.length === 0 ? "No control groups can be made: memory is watched rather than limited." : [],
    countsTasks || groups.length > 0 ? [] : "How many processes a compiler starts is not limited.",
  ].flat();
}

let shared: Promise<Sandbox> | undefined;

/** A full one for single compiles outside any session; without control groups, so that there is nothing to clear away. */
export function sharedSandbox(): Promise<Sandbox> {
  if (!shared) {
    shared = openSandbox({ controlGroups: false });
    shared.catch(() => (shared = undefined));
  }
  return shared;
}

/** Moving processes into a group can be forbidden where making one is not. */
async function canJoin(launcher: string, parents: readonly string[]): Promise<boolean> {
  const options = [
    "wall=5000",
    "cpu=5",
    "memory=100000000",
    "tasks=10",
    "name=try",
    ...parents.map((parent) => `group=${parent}`),
  ];
  const tried = await execa(launcher, [...options, "--", "/bin/true"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    reject: false,
  });
  return String(tried.stdio[3]).startsWith("exit 0");
}

/** Since Linux 5.14; before, all processes of a user counted, wherever they were. */
function countsPerNamespace(): boolean {
  const [major = 0, minor = 0] = release()
    .split(".")
    .map((part) => Number.parseInt(part, 10));
  return major > 5 || (major === 5 && minor >= 14);
}
