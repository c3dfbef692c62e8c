/**
 * A compile jail without namespaces, for the weaker sandbox: a folder of its own, and Landlock round it where the kernel has that.
 */
import { chmod, chown, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemPaths } from "./bubblewrap.ts";
import { cannotWrite } from "./cache.ts";
import type { JailRun, Room } from "./jail-run.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

/** A path of the jail's in an argument, or in what a compiler says. */
const inside = /(^|[^\w/.-]|^-[A-Z])(\/(?:in|tmp))(?=\/|$)/g;

/** `runner` and its first arguments are what is started; `user` is whom it will run as. */
export async function bareRoom(
  run: JailRun,
  runner: Uint8Array,
  tasks: readonly string[],
  user: number | undefined,
): Promise<Room> {
  const folder = await makeTemporaryFolder();
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const place = (text: string): string => text.replaceAll(inside, `$1${folder}$2`);
  const program = join(folder, "in", ".runner");
  const temporary = join(folder, "tmp");
  try {
    await chmod(folder, 0o711);
    await mkdir(join(folder, "in"), { mode: 0o755 });
    await mkdir(temporary, { mode: 0o700 });
    if (user !== undefined) await chown(temporary, user, user);
    for (const [name, bytes] of Object.entries(run.files)) {
      await mkdir(dirname(place(name)), { recursive: true, mode: 0o755 });
      if (bytes instanceof Uint8Array) await writeFile(place(name), bytes);
      else await copyFile(bytes.copyOf, place(name));
      await chmod(place(name), 0o444);
    }
    await writeFile(program, runner, { mode: 0o555 });
  } catch (error) {
    await close();
    throw cannotWrite(folder, error, "TMPDIR");
  }
  return {
    command: [program, ...tasks, place(run.result), ...run.command.map(place)],
    options: [
      ...[...systemPaths, ...(run.folders ?? []), join(folder, "in")].map((path) => `readable=${path}`),
      `writable=${temporary}`,
      `directory=${place(run.directory)}`,
      "set=PATH=/usr/bin:/bin",
      `set=TMPDIR=${temporary}`,
    ],
    inputs: [],
    translate: (text) => text.replaceAll(folder, ""),
    close,
  };
}
