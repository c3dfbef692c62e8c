/**
 * A compile jail of bubblewrap's making: namespaces of its own, and nothing to be seen but the system and its own files.
 */
import { systemMounts } from "./bubblewrap.ts";
import { firstInput, type JailRun, type Room } from "./jail-run.ts";

/** `runner` and its first arguments are the jail's first program. */
// oxlint-disable-next-line require-await
export async function bubblewrapRoom(
  run: JailRun,
  runner: Uint8Array,
  tasks: readonly string[],
): Promise<Room> {
  const names = Object.keys(run.files);
  const mounts = names.flatMap((name, index) => [
    "--perms",
    "0444",
    "--ro-bind-data",
    String(firstInput + 1 + index),
    name,
  ]);
  return {
    command: [
      run.sandbox.bubblewrap,
      // collect2 looks for linkers other than ld on PATH.
      ["--setenv", "PATH", "/usr/bin:/bin"],
      ["--hostname", "jail"],
      systemMounts(),
      ["--perms", "0555", "--ro-bind-data", String(firstInput), "/runner"],
      ["--perms", "0755", "--dir", "/in"],
      mounts,
      ["--size", String(run.limits.temporaryBytes), "--perms", "1777", "--tmpfs", "/tmp"],
      // Afterwards, as they may lie there.
      (run.folders ?? []).flatMap((folder) => ["--ro-bind", folder, folder]),
      ["--chdir", run.directory],
      ["--remount-ro", "/"],
      ["--", "/runner", ...tasks, run.result, ...run.command],
    ].flat(),
    options: [],
    inputs: [runner, ...names.map((name) => run.files[name] ?? new Uint8Array())],
    translate: (text) => text,
    close: async () => {},
  };
}
