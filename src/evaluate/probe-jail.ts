/**
 * Which fences hold round a compile jail: a hostile program is compiled in one, and then run there.
 */
import type { JailLimits } from "./jail-run.ts";
import { runInJail, type JailResult } from "./jail.ts";
import { attemptsSource, fenceProbe, type Fence, type MachineProbe } from "./probe.ts";
import type { Sandbox } from "./sandbox.ts";

const fences: readonly Fence[] = [
  { name: "no network", attempt: "network" },
  { name: "no sockets of the host", attempt: "host_sockets" },
  { name: "no other processes to be seen", attempt: "see_outsider" },
  { name: "no tracing", attempt: "trace" },
  { name: "other files unreadable", attempt: "read_canary" },
  { name: "passwords unreadable", attempt: "read_passwords" },
  { name: "system read-only", attempt: "write_system" },
  { name: "no devices", attempt: "devices" },
  { name: "kernel settings not writable", attempt: "kernel_settings" },
  { name: "no further namespaces", attempt: "namespaces" },
  { name: "no bpf, io_uring, userfaultfd", attempt: "kernel_surface" },
  { name: "no kernel keys", attempt: "keys" },
  { name: "no memory outside of limits", attempt: "hidden_memory" },
  { name: "unprivileged user", attempt: "be_root" },
  { name: "no core dumps", attempt: "core_dumps" },
  { name: "empty environment", attempt: "environment" },
  { name: "no open files of ours", attempt: "descriptors" },
];
const memoryFence: Fence = { name: "memory limit holds for all together", attempt: "memory_together" };
const processFence: Fence = { name: "number of processes limited", attempt: "many_processes" };
const timeFence: Fence = { name: "everything ends at the time limit", attempt: "outlast" };
const all = [...fences, memoryFence, processFence, timeFence];

const limits: JailLimits = {
  wallMs: 10_000,
  cpuSeconds: 10,
  memoryBytes: 256 << 20,
  fileBytes: 16 << 20,
  temporaryBytes: 32 << 20,
};

/** Compiles into the folder $1 the program $2, and has it make each attempt of the list $3. */
const script =
  'PATH=/usr/bin:/bin; gcc -w -pthread -o "$1/program" "$2" && ' +
  'for number in $3; do "$1/program" $number; echo "$number $?"; done > "$1/result"';

/** `attempts` is the text of `sandbox/attempts.c`; `canary` a file outside that everybody may read. */
export async function probeJail(
  sandbox: Sandbox,
  { attempts, canary }: { readonly attempts: string; readonly canary: string },
): Promise<MachineProbe[]> {
  const run = async (numbers: string, changed: Partial<JailLimits> = {}): Promise<JailResult> =>
    runInJail({
      sandbox,
      command: ["/bin/sh", "-c", script, "sh", "/tmp", "/in/hostile.c", numbers],
      result: "/tmp/result",
      files: { "/in/hostile.c": Buffer.from(`${attemptsSource(attempts, canary, all)}${main}`) },
      directory: "/in",
      limits: { ...limits, ...changed },
    });
  const [tried, memory, processes, time] = await Promise.all([
    run(fences.map((_, index) => index).join(" ")),
    run(String(all.indexOf(memoryFence))),
    run(String(all.indexOf(processFence))),
    run(String(all.indexOf(timeFence)), { wallMs: 700 }),
  ]);
  const statuses = new Map(answersOf(tried));
  const probes = fences.map((fence, index) => fenceProbe("compiler jail", fence, statuses.get(index) === 0));
  const how = sandbox.groups.length > 0 ? "by a control group" : "by watching it";
  probes.push(fenceProbe("compiler jail", memoryFence, memory.ending === "out-of-memory", how));
  const counted = processes.ending === "success" && answersOf(processes)[0]?.[1] === 0;
  probes.push(fenceProbe("compiler jail", processFence, counted));
  const ended = time.ending === "timed-out" && time.durationMs < 1700;
  probes.push(
    fenceProbe("compiler jail", timeFence, ended, `after ${Math.round(time.durationMs)} ms of 700`),
  );
  return probes;
}

/** Its exit status is the attempt's answer; one that was killed has not succeeded, and is told as 0. */
const main = `
int main(int count, char **arguments) {
  (void)count;
  int number = atoi(arguments[1]), input = 0, status = 0;
  if (number >= ${fences.length}) return lessonbank_attempt(number, &input);
  pid_t child = fork();
  if (child == 0) _exit(lessonbank_attempt(number, &input));
  if (child < 0 || waitpid(child, &status, 0) < 0) return 9;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}
`;

/** Pairs of number and status; none where it did not come so far. */
function answersOf({ output }: JailResult): [number, number][] {
  return Buffer.from(output)
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [number = -1, status = 9] = line.split(" ").map(Number);
      return [number, status];
    });
}
