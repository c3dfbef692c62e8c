/**
 * A whole copy of a folder of ours, sharing blocks where the file system can: where no overlay is to be had.
 */
import { execa } from "execa";
import { cannotWrite } from "../../evaluate/cache.ts";

/** `to` must not be there yet. Owners, modes and times are kept. Throws a MachineError where it cannot be written. */
export async function copyWhole(from: string, to: string): Promise<void> {
  const copied = await execa("/bin/cp", ["-a", "--reflink=auto", "--", from, to], {
    reject: false,
    stdin: "ignore",
    env: { LC_ALL: "C" },
    extendEnv: false,
  });
  if (copied.exitCode !== 0)
    throw cannotWrite(
      to,
      Object.assign(new Error(copied.stderr), {
        ...(/No space left/.test(copied.stderr) && { code: "ENOSPC" }),
      }),
    );
}
