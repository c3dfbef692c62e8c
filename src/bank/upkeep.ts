/**
 * What keeps a bank quick. Every add leaves a small file and a version of the table; together they are read faster, and old versions are
 * taken away. Not needed for correctness, so no failure of it matters.
 */
import type { Table } from "@lancedb/lancedb";
import { withRetries } from "./lance-write.ts";

/** Above this many pieces they are put together. */
const mostFragments = 24;
/**
 * Where others change lessons meanwhile, putting pieces together conflicts with that, the likelier the more pieces there are. Who gave up at once
 * would never come to it, and each search would read thousands of pieces.
 */
const mostAttempts = 5;

export interface TidyOptions {
  /** Versions younger than this may still be read by another process. Default: 10 minutes. */
  readonly keptVersionsMs?: number | undefined;
}

/** One table after the other. */
export async function tidy(
  tables: readonly (Table | undefined)[],
  { keptVersionsMs = 10 * 60 * 1000 }: TidyOptions = {},
): Promise<void> {
  for (const table of tables) {
    try {
      if (table) await withRetries(() => compact(table, keptVersionsMs), mostAttempts);
    } catch {
      // Others are writing all the time, or the disk is full: the next one tries again.
    }
  }
}

async function compact(table: Table, keptVersionsMs: number): Promise<void> {
  const { fragmentStats } = await table.stats();
  if (fragmentStats.numFragments <= mostFragments) return;
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - keptVersionsMs) });
}
