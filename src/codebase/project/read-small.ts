/** Files of a checkout that say how it is built: whoever wrote it may have put a pipe, a device or a huge file in their place. */
import { readFile, stat } from "node:fs/promises";

/** People's makefiles and manifests are far shorter. */
const longest = 1024 * 1024;

/** The text of a file, or of what a link leads to; undefined where there is none, it is no plain file, it is longer than 1 MiB or cannot be read. */
export async function readSmall(path: string): Promise<string | undefined> {
  try {
    const status = await stat(path);
    if (!status.isFile() || status.size > longest) return undefined;
    // What the kernel makes up as it is read says that it is empty.
    return status.size === 0 ? "" : await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
