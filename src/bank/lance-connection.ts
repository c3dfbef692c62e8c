/**
 * How LanceDB is loaded and connected to, and how its rows are read.
 */
import { createRequire } from "node:module";
import { cpus } from "node:os";
import type { Connection } from "@lancedb/lancedb";
import type * as Arrow from "apache-arrow";

/** What LanceDB may keep in memory, in place of 6 GB and 1 GB. What is read again is mostly in the system's memory of files. */
const mostIndexBytes = 96n * 1024n * 1024n;
const mostMetadataBytes = 64n * 1024n * 1024n;

/**
 * Of LanceDB's own, for what computes. Whoever writes an index of words holds some of them while it waits for another one: of so few as LanceDB
 * takes on a machine of four cores or less none may be left, and it waits for ever.
 */
const fewestThreads = 4;

/**
 * LanceDB is loaded when a bank is opened and not before: it takes longer than everything else at start. Its native part logs
 * warnings to stderr, where our progress goes, unless told not to before it loads; a user's own settings stand.
 */
export async function connect(
  root: string,
  storageOptions: Record<string, string> = {},
): Promise<Connection> {
  process.env["LANCEDB_LOG"] ??= "error";
  process.env["LANCE_CPU_THREADS"] ??= String(Math.max(fewestThreads, cpus().length));
  // What lists the tables and what opens them are told separately.
  const extraProperties = Object.fromEntries(
    Object.entries(storageOptions).map(([name, value]) => [`storage.${name}`, value]),
  );
  const { connectNamespace, Session } = await import("@lancedb/lancedb");
  return connectNamespace(
    "dir",
    // A plain connection would write a manifest of all tables, also where nothing may be written; there is one bank.
    { root, manifestEnabled: false, extraProperties },
    // 0: every read looks whether another process has added since.
    { readConsistencyInterval: 0, storageOptions, session: new Session(mostIndexBytes, mostMetadataBytes) },
  );
}

/** The copy of Arrow that LanceDB itself has loaded: of tables that another one made it does not see what is in them. */
export function lanceArrow(): typeof Arrow {
  const own = createRequire(import.meta.url).resolve("@lancedb/lancedb");
  return createRequire(own)("apache-arrow") as typeof Arrow;
}

/** Rows of a query as plain objects, with vectors as Float32Array. */
export function toRecords(rows: readonly { toJSON(): Record<string, unknown> }[]): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row.toJSON()).map(([name, value]) => [name, isVector(value) ? value.toArray() : value]),
    ),
  );
}

/** Of rows that were read with `_rowid`, in the order of their commits. LanceDB numbers rows as they are added, for good. */
export function byCommit(left: Record<string, unknown>, right: Record<string, unknown>): number {
  return Number(left["_rowid"]) - Number(right["_rowid"]);
}

function isVector(value: unknown): value is { toArray(): unknown } {
  return typeof value === "object" && value !== null && "toArray" in value;
}
