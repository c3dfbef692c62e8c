/**
 * The two stores that the bank's benchmark sets side by side: a bank of lessonbank, and the same lessons in SQLite with sqlite-vec, whose
 * vectors are compared one by one.
 */
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { openBank, UsageError } from "lessonbank";
import type { LessonMaker } from "./bank-lessons.ts";

export const engines = ["lessonbank", "sqlite-vec"] as const;
export type EngineName = (typeof engines)[number];

/**
 * `text`: nearest by text; `code`: by code; `both`: by the mean. Of another task than the one asked for, and in one language. `one task`: by text,
 * of the lessons of one task, which are 200 of all.
 */
export const kinds = ["text", "code", "both", "one task"] as const;
export type Kind = (typeof kinds)[number];

export interface Hit {
  readonly id: string;
  readonly similarity: number;
}

export interface Engine {
  add(from: number, count: number): Promise<void>;
  /** Undefined where it cannot. */
  search(kind: Kind, query: number, limit: number): Promise<readonly Hit[] | undefined>;
  /** Takes away what was added from this number on; undefined where a copy of the store is cheap. */
  forget?(from: number): void;
  close(): Promise<void>;
}

export function openEngine(
  name: EngineName,
  folder: string,
  maker: LessonMaker,
  exact = false,
): Promise<Engine> {
  return name === "lessonbank" ? openLessonbank(folder, maker, exact) : openSqlite(folder, maker);
}

const language = "c";

async function openLessonbank(folder: string, maker: LessonMaker, exact: boolean): Promise<Engine> {
  const { embedder } = maker;
  const bank = await openBank(folder, { embedder, ...(exact && { indexedFrom: Infinity, readOnly: true }) });
  return {
    add: (from, count) => bank.add(Array.from({ length: count }, (_, index) => maker.make(from + index))),
    async search(kind, number, limit) {
      const { text, code, task } = maker.query(number);
      const hits = await bank.search({
        ...(kind !== "code" && { text }),
        ...((kind === "code" || kind === "both") && { code: { text: code, language } }),
        filter: kind === "one task" ? { task } : { notTask: task, language },
        limit,
      });
      return hits.map(({ lesson, similarity }) => ({ id: lesson.id, similarity }));
    },
    close: () => bank.close(),
  };
}

interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: unknown[]): void; all(...values: unknown[]): unknown[] };
  transaction(work: () => void): () => void;
  close(): void;
}

/** Throws a UsageError where the two packages are not installed, as after an installation without the packages for development. */
async function openSqlite(folder: string, { embedder, make, query }: LessonMaker): Promise<Engine> {
  const require = createRequire(join(process.cwd(), "package.json"));
  let database: Sqlite;
  mkdirSync(folder, { recursive: true });
  try {
    // SQLite as Turso builds it: of those that can load an extension it is the one that is not compiled when it is installed.
    const Database = require("libsql") as new (file: string) => Sqlite;
    database = new Database(join(folder, "lessons.db"));
    (require("sqlite-vec") as { load(into: Sqlite): void }).load(database);
  } catch (cause) {
    throw new UsageError("sqlite-vec cannot be loaded, to be set beside lessonbank", {
      remedy: "npm install, or leave it out with --engines lessonbank",
      cause,
    });
  }
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 10000;");
  database.exec(
    "CREATE TABLE IF NOT EXISTS lessons (number INTEGER PRIMARY KEY, id TEXT UNIQUE, lesson TEXT, code TEXT)",
  );
  for (const column of ["text", "code"])
    database.exec(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${column}_vectors USING vec0(number INTEGER PRIMARY KEY, vector float[512] distance_metric=cosine, task TEXT, language TEXT)`,
    );
  const addLesson = database.prepare("INSERT OR IGNORE INTO lessons VALUES (?, ?, ?, ?)");
  const addVector = (["text", "code"] as const).map((column) =>
    database.prepare(`INSERT INTO ${column}_vectors (number, vector, task, language) VALUES (?, ?, ?, ?)`),
  );
  const nearest = (column: string, filter: string) =>
    database.prepare(
      `SELECT id, lesson, distance FROM ${column}_vectors AS near JOIN lessons USING (number) WHERE vector MATCH ? AND k = ? AND ${filter} ORDER BY distance`,
    );
  const otherTasks = "near.task != ? AND near.language = ?";
  const searches = {
    text: nearest("text", otherTasks),
    code: nearest("code", otherTasks),
    "one task": nearest("text", "near.task = ?"),
  };
  return {
    async add(from, count) {
      const made = Array.from({ length: count }, (_, index) => make(from + index));
      const texts = await embedder.embedText(made.map(({ lesson }) => lesson.text));
      const codes = await embedder.embedCode(made.map(({ code }) => ({ text: code, language })));
      database.transaction(() => {
        for (const [index, { lesson, code }] of made.entries()) {
          const number = BigInt(from + index);
          addLesson.run(number, lesson.id, JSON.stringify(lesson), code);
          for (const [place, vectors] of [texts, codes].entries())
            addVector[place]?.run(
              number,
              bytesOf(vectors[index]!),
              lesson.evidence.task,
              lesson.context.language,
            );
        }
      })();
    },
    async search(kind, number, limit) {
      // Its index is one of a single vector.
      if (kind === "both") return undefined;
      const { text, code, task } = query(number);
      const [vector] = await (kind === "code"
        ? embedder.embedCode([{ text: code, language }])
        : embedder.embedText([text]));
      const filtered = kind === "one task" ? [task] : [task, language];
      const rows = searches[kind].all(bytesOf(vector!), limit, ...filtered) as {
        id: string;
        lesson: string;
        distance: number;
      }[];
      for (const { lesson } of rows) JSON.parse(lesson);
      return rows.map(({ id, distance }) => ({ id, similarity: 1 - distance }));
    },
    forget(from) {
      database.transaction(() => {
        for (const name of ["lessons", "text_vectors", "code_vectors"])
          database.prepare(`DELETE FROM ${name} WHERE number >= ?`).run(BigInt(from));
      })();
    },
    close: async () => database.close(),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
