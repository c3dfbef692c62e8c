/**
 * A bank as an experiment sees it: what it held at the beginning stays as it is, and what a run adds is seen by that run alone. It is a snapshot, and its
 * name is the hash of what it holds.
 */
import type { Bank } from "./bank.ts";
import { newestOf } from "./entry.ts";
import { createMemoryBank } from "./memory-bank.ts";
import { byNearness } from "./similarity.ts";
import { snapshotName } from "./snapshot.ts";
import { countLessons, summarise } from "./statistics.ts";
import { createStructuralEmbedder } from "./structural-embedder.ts";

/** What cannot be written, and has a name. */
export interface BankSnapshot extends Bank {
  /**
   * The hash of what the bank underneath holds now, without what was added here: `snapshotName`. The same as long as nobody writes to that bank,
   * which is read through to and not copied: asked before and after an experiment it tells whether anybody did.
   */
  snapshot(): Promise<string>;
}

/** Everything is read through to `bank`, which is never written and not closed. */
export function readOnlyBank(bank: Bank): BankSnapshot {
  const own = createMemoryBank({ embedder: createStructuralEmbedder() });
  return {
    ...own,
    snapshot: () => snapshotName(bank),
    async search(query) {
      const [found, more] = [await bank.search(query), await own.search(query)];
      // A ranking by words beside vectors is in an order of its own.
      if (more.length === 0) return found;
      return [...found, ...more].toSorted(byNearness).slice(0, query.limit);
    },
    list: async (filter) => [...(await bank.list(filter)), ...(await own.list(filter))],
    newest: async (limit, filter) =>
      newestOf([...(await bank.list(filter)), ...(await own.list(filter))], limit),
    async *entries(filter, options) {
      yield* bank.entries(filter, options);
      yield* own.entries(filter, options);
    },
    get: async (id) => (await own.get(id)) ?? (await bank.get(id)),
    showings: async (filter) => [...(await bank.showings(filter)), ...(await own.showings(filter))],
    history: async () => [...(await bank.history()), ...(await own.history())],
    async statistics() {
      const all = [...(await bank.list()), ...(await own.list())];
      return countLessons(all.map(summarise), (await bank.statistics()).embedder);
    },
  };
}
