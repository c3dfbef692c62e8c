/**
 * What the rewrites find in a text is found once: a comparison meets the same texts of the same tasks in every arm and seed. Only what can be said in
 * words is kept, and the text after a rewrite once it was asked for.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";

interface Subject {
  readonly source: string;
  readonly sizes: Readonly<Record<string, number>>;
}

interface Opportunity {
  apply(): string;
}

interface Rewrite {
  readonly name: string;
  opportunities: (subject: Subject) => Opportunity[];
}

/** Rewrites of this process remember from now on, with a `file` beyond its end. They are no part of the public API. */
export async function rememberRewrites(file?: string): Promise<void> {
  const built = new URL("../../dist/agent/rewrites/c/catalogue.js", import.meta.url);
  const { rewrites } = (await import(built.href)) as { rewrites: readonly Rewrite[] };
  const known = memoryIn(file);
  for (const rewrite of rewrites) {
    const find = rewrite.opportunities.bind(rewrite);
    rewrite.opportunities = (subject) => {
      const key = `${rewrite.name} ${hashOf(subject)}`;
      // As JSON it has no `apply`, which is made anew for the text that is parsed now.
      const found = known(key, () => JSON.parse(JSON.stringify(find(subject))) as object[]);
      return found.map((described, index) => ({
        ...described,
        apply: () => known(`${key} ${index}`, () => find(subject)[index]!.apply()),
      }));
    };
  }
}

function hashOf({ source, sizes }: Subject): string {
  return createHash("sha256")
    .update(JSON.stringify([source, sizes]))
    .digest("hex");
}

/** By key, what was computed at the first call for it; of JSON alone. */
function memoryIn(file: string | undefined): <Value>(key: string, compute: () => Value) => Value {
  const known = new Map<string, unknown>();
  if (file !== undefined && existsSync(file)) {
    for (const line of readFileSync(file, "utf8").split("\n")) {
      if (!line.endsWith("]")) continue;
      const [key, value] = JSON.parse(line) as [string, unknown];
      known.set(key, value);
    }
  }
  return <Value>(key: string, compute: () => Value): Value => {
    if (!known.has(key)) {
      const value = compute();
      known.set(key, value);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify([key, value])}\n`);
    }
    return known.get(key) as Value;
  };
}
