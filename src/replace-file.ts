/**
 * Files that appear whole or not at all: what is written goes into a new file beside it, which then takes the name.
 */
import { randomBytes } from "node:crypto";
import { chmod, rename, rm, writeFile } from "node:fs/promises";

/**
 * A reader sees the old content or the new one. `mode`: permissions, whatever the umask is. Throws what the file system says, and then nothing
 * is left behind.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
  { mode }: { readonly mode?: number | undefined } = {},
): Promise<void> {
  const staged = `${path}.${randomBytes(4).toString("hex")}.part`;
  try {
    await writeFile(staged, content, { flag: "wx" });
    if (mode !== undefined) await chmod(staged, mode);
    await rename(staged, path);
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}
