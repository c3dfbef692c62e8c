/**
 * A file that `lessons export` wrote (without --all), packed or not, as what a bank is given: of files of our own alone, since nothing in it is screened.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { BankEntry } from "lessonbank";

export function readLessonFile(file: string): BankEntry[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const { lesson, code } = JSON.parse(line) as BankEntry;
      return { lesson, code };
    });
}
