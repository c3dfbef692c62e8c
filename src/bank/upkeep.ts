/**
 * What keeps a bank quick. Every add leaves a small file and a version of the table; together they are read faster, and old versions are
 * taken away. Not needed for correctness, so no failure of it matters.
 */
import type { Table } from "@lancedb/lancedb";
import { withRetries } from "./lance-write.ts";

/** Above this many pieces they are put together. */
const mostFragments = 24;
/** That writes all rows anew. From so many on it waits, */
const manyRows = 20_000;
/** until the pieces beside the largest hold such a share of the rows, */
const shareWorthIt = 0.1;
/** or are so many that each look feels it. */
const mostFragmentsEver = 100;
/**
 * Where others change lessons meanwhile, putting pieces together conflicts with that, the likelier the more pieces there are. Who gave up at once
 * would never come to it, and each search would read thousands of pieces.
 */
const mostAttempts = 5;

/**
 * Versions younger than this may still be read by another process: none reads for so long, but one that builds the indices of a large table.
 * Whoever takes old ones away has to look at all that are there, which is most of the work where many processes write.
 */
const keptMs = { few: 60_000, many: 10 * 60_000 };

export interface TidyOptions {
  /** Default: one minute, or ten for a large table. */
  readonly keptVersionsMs?: number | undefined;
}

/** One table after the other. */
export async function tidy(
  tables: readonly (Table | undefined)[],
  { keptVersionsMs }: TidyOptions = {},
): Promise<void> {
  for (const table of tables) {
    try {
      if (table) await withRetries(() => compact(table, keptVersionsMs), mostAttempts);
    } catch {
      // Others are writing all the time, or the disk is full: the next one tries again.
    }
  }
}

async function compact(table: Table, keptVersionsMs?: number): Promise<void> {
  const { numRows, fragmentStats } = await table.stats();
  const pieces = fragmentStats.numFragments;
  if (pieces <= mostFragments) return;
  const waits = numRows >= manyRows && pieces <= mostFragmentsEver;
  if (waits && numRows - fragmentStats.lengths.max < numRows * shareWorthIt) return;
  const kept = keptVersionsMs ?? (numRows < manyRows ? keptMs.few : keptMs.many);
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - kept) });
}
