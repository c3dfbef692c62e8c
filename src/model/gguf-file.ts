/**
 * Whether a file can be a model in the format GGUF, by its first bytes.
 */
import { open } from "node:fs/promises";
import { ModelError } from "./chat-model.ts";

/**
 * Throws a ModelError where it cannot; `name` is the model's. llama.cpp's own message is not for people, and its package reads a damaged file
 * without end.
 */
export async function checkGgufFile(path: string, name: string): Promise<void> {
  const unknown = (what: string, remedy: string, cause?: unknown): ModelError =>
    new ModelError("unknown-model", `${name}: ${what}`, { remedy, cause });
  let header: Buffer;
  try {
    header = await readStart(path, headerBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const whats: Record<string, string> = { ENOENT: "there is no such file", EISDIR: "it is a folder" };
    throw unknown(
      whats[code ?? ""] ?? `it cannot be read (${code})`,
      "Name a file of a model in the format GGUF, as Hugging Face and llama.cpp have them.",
      error,
    );
  }
  const start = header.toString("latin1", 0, 4);
  if (start !== "GGUF") {
    throw unknown(
      "it is not a file in the format GGUF",
      start === "vers"
        ? "It is a pointer of Git LFS: fetch the file itself."
        : "Models in other formats are converted by llama.cpp.",
    );
  }
  if (header.length < headerBytes || !isPlausible(header)) {
    throw unknown("it is a damaged file in the format GGUF", "Fetch it again.");
  }
}

/** Magic, version (32 bits), number of tensors, number of metadata (64 bits each): github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const headerBytes = 24;

function isPlausible(header: Buffer): boolean {
  const counts = [header.readBigUInt64LE(8), header.readBigUInt64LE(16)];
  return header.readUInt32LE(4) < 256 && counts.every((count) => count < 1_000_000n);
}

async function readStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
