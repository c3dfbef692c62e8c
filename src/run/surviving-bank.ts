/**
 * A bank that a run goes on with when it can be written no longer, as on a disk that is full: lessons that it does not take are held in
 * memory, shown like the others, and offered to it once more at the end.
 */
import type { Bank, BankEntry } from "../bank/bank.ts";
import { newestOf } from "../bank/entry.ts";
import { createMemoryBank } from "../bank/memory-bank.ts";
import { byTime } from "../bank/showings.ts";
import { byNearness } from "../bank/similarity.ts";
import { countLessons, summarise } from "../bank/statistics.ts";
import { createStructuralEmbedder } from "../bank/structural-embedder.ts";
import { MachineError } from "../errors.ts";
import type { Showing } from "../lesson/showing.ts";

export interface SurvivingBank extends Bank {
  /** Offers what it did not take once more. What it does not take then either is told in a sentence. */
  settle(): Promise<string | undefined>;
}

/** Around `bank`; whatever else than a MachineError it throws is thrown. */
export function survivingBank(bank: Bank): SurvivingBank {
  const held = createMemoryBank({ embedder: createStructuralEmbedder() });
  const refused: BankEntry[] = [];
  const refusedShowings: Showing[] = [];
  const factors = new Map<string, number>();
  let failure: MachineError | undefined;

  /** Whether it was written. */
  async function attempt(write: () => Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      failure = error;
      return false;
    }
  }

  return {
    async add(entries) {
      if (await attempt(() => bank.add(entries))) return;
      refused.push(...entries);
      await held.add(entries);
    },
    async setFactors(changed) {
      await held.setFactors(changed);
      if (!(await attempt(() => bank.setFactors(changed))))
        for (const [id, factor] of changed) factors.set(id, factor);
    },
    async search(query) {
      const [found, more] = [await bank.search(query), await held.search(query)];
      // A ranking by words beside vectors is in an order of its own.
      if (more.length === 0) return found;
      return [...found, ...more].toSorted(byNearness).slice(0, query.limit);
    },
    list: async (filter) => [...(await bank.list(filter)), ...(await held.list(filter))],
    newest: async (limit, filter) =>
      newestOf([...(await bank.list(filter)), ...(await held.list(filter))], limit),
    async *entries(filter, options) {
      yield* bank.entries(filter, options);
      yield* held.entries(filter, options);
    },
    get: async (id) => (await bank.get(id)) ?? (await held.get(id)),
    async addShowings(showings) {
      if (await attempt(() => bank.addShowings(showings))) return;
      refusedShowings.push(...showings);
      await held.addShowings(showings);
    },
    showings: async (filter) => byTime([...(await bank.showings(filter)), ...(await held.showings(filter))]),
    // What is to hold for others must be kept where they see it.
    change: (what, by, at) => bank.change(what, by, at),
    history: () => bank.history(),
    async statistics() {
      const known = await bank.statistics();
      if (refused.length === 0) return known;
      const all = [...(await bank.list()), ...(await held.list())];
      return countLessons(all.map(summarise), known.embedder);
    },
    async settle() {
      if (refused.length + factors.size + refusedShowings.length === 0) return undefined;
      const kept =
        (await attempt(() => bank.add(refused))) &&
        (await attempt(() => bank.setFactors(factors))) &&
        (await attempt(() => bank.addShowings(refusedShowings)));
      if (kept || !failure) return undefined;
      const count = refused.length;
      const what = count === 0 ? "how lessons fared" : count === 1 ? "1 lesson" : `${count} lessons`;
      return `${what} could not be kept: ${failure.message}`;
    },
    ...(bank.snapshot && { snapshot: () => bank.snapshot!() }),
    close: () => bank.close(),
  };
}
