/** SHA-256 of text, by which sources are recognised again. */
import { createHash } from "node:crypto";

/** Hexadecimal, of the text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
