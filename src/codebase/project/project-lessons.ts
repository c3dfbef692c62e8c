/**
 * Lessons that a project keeps in its own repository: `.lessonbank/lessons.jsonl`, one lesson a line in the order of their ids, so that
 * two branches that learned different things merge line by line.
 */
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Bank } from "../../bank/bank.ts";
import { exportLessons, importLessons, type Imported } from "../../lesson/exchange.ts";
import { replaceFile } from "../../replace-file.ts";
import { screenLesson } from "../../worth/screen.ts";

export const projectLessonsFile = join(".lessonbank", "lessons.jsonl");

/** Takes the project's lessons into the bank, screened like anybody's; undefined where it has none. */
export async function importProjectLessons(root: string, bank: Bank): Promise<Imported | undefined> {
  const text = await readText(root);
  if (text === undefined) return undefined;
  const lines = text.split("\n").filter((line) => line !== "");
  return importLessons(bank, lines, { screen: screenLesson, from: projectLessonsFile });
}

/** Adds the lessons of these runs to the project's file. Returns how many are in it then. */
export async function keepProjectLessons(root: string, bank: Bank, runs: readonly string[]): Promise<number> {
  const byId = new Map<string, string>();
  for (const line of ((await readText(root)) ?? "").split("\n")) {
    const id = idOf(line);
    if (id !== undefined) byId.set(id, line);
  }
  for (const run of runs)
    for await (const line of exportLessons(bank, { run })) {
      const id = idOf(line);
      if (id !== undefined) byId.set(id, line);
    }
  const lines = [...byId].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => `${line}\n`);
  const path = join(root, projectLessonsFile);
  await mkdir(join(root, ".lessonbank"), { recursive: true });
  await replaceFile(path, lines.join(""));
  return lines.length;
}

function idOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const lesson =
      typeof value === "object" && value !== null && "lesson" in value ? value.lesson : undefined;
    return typeof lesson === "object" && lesson !== null && "id" in lesson && typeof lesson.id === "string"
      ? lesson.id
      : undefined;
  } catch {
    return undefined;
  }
}

async function readText(root: string): Promise<string | undefined> {
  try {
    const path = join(root, projectLessonsFile);
    // A pipe in its place would have us wait for ever.
    return (await stat(path)).isFile() ? await readFile(path, "utf8") : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
