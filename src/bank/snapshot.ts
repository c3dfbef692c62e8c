/**
 * The name of what a bank holds: a hash of its lessons with their code and factors, of its draws and of its changes. Two banks with the same
 * content have the same name, wherever and in whatever order it was added, on disk or in memory, also after an export and an import of one's own; a
 * bank to which anything was added, or in which anything was changed, has another.
 *
 * Lessons and draws are sets. Changes are a sequence, since their order decides what holds, and their ids are left out: an import gives new ones.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../code/canonical-json.ts";
import { sha256 } from "../code/hash.ts";
import type { Change } from "../lesson/change.ts";
import type { Bank } from "./bank.ts";

/** SHA-256, as 64 hexadecimal digits. Reads the bank through, lesson by lesson. */
export async function snapshotName(bank: Pick<Bank, "entries" | "showings" | "history">): Promise<string> {
  const lessons: string[] = [];
  for await (const entry of bank.entries(undefined, { asEarned: true })) lessons.push(digestOf(entry));
  const showings = (await bank.showings()).map(digestOf);
  const whole = createHash("sha256");
  for (const part of [lessons.toSorted(), showings.toSorted(), digestsOf(await bank.history())])
    whole.update(`${part.length}\n${part.join("\n")}\n`);
  return whole.digest("hex");
}

function digestOf(content: unknown): string {
  return sha256(canonicalJson(content));
}

/** In their order; one that undoes another names it by its digest. */
function digestsOf(changes: readonly Change[]): string[] {
  const digests = new Map<string, string>();
  for (const { id, at, by, what } of changes) {
    const meant =
      what.kind === "undone" ? { ...what, change: digests.get(what.change) ?? what.change } : what;
    digests.set(id, digestOf({ at, by, what: meant }));
  }
  return [...digests.values()];
}
