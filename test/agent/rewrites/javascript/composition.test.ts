import { it } from "vitest";
import { javascriptRewrites } from "../../../../src/agent/rewrites/javascript/catalogue.ts";
import type { Rewrite } from "../../../../src/agent/rewrites/rewrite.ts";
import { expectSameValues } from "./same-values.ts";

/** All of them as one: whatever any of them sees. */
const anyRewrite: Rewrite = {
  name: "any",
  idea: "Any rewrite of the catalogue.",
  reference: "none",
  lessons: { faster: "", slower: "", wrong: "" },
  opportunities: (subject) => javascriptRewrites.flatMap((rewrite) => rewrite.opportunities(subject)),
};

it("rewrites stacked upon each other still compute the same, and come to rest", async () => {
  await expectSameValues(anyRewrite, [
    {
      language: "javascript",
      function: "report",
      rounds: 40,
      source: `function report(words, banned, users, orders, limit) {
  const kept = [];
  const count = {};
  let steps = [];
  for (const word of words.slice().map((w) => w.trim())) {
    if (banned.includes(word)) continue;
    if (kept.indexOf(word) === -1) kept.push(word);
    count[word] = (count[word] || 0) + 1;
    steps = [...steps, word.length];
  }
  const queue = [limit];
  const seen = new Array(limit + 1).fill(false);
  const path = [];
  while (queue.length > 0) {
    const n = queue.shift();
    if (seen[n]) continue;
    seen[n] = true;
    path.unshift(n);
    if (n > 0) queue.push(n - 1, n >> 1);
  }
  const named = orders.map((o) => users.find((u) => u.id === o.by)).filter((u) => u !== undefined);
  named.forEach((user, at) => {
    if (user.n === "") return;
    const re = new RegExp("^" + limit);
    if (!re.test(user.n)) path.push(at);
  });
  const few = named.map((u) => u.n).filter((n) => n.length < limit).reduce((all, n) => [...all, n], []);
  if (named.filter((u) => u.id === limit).length > 0) return few;
  let total = "";
  for (const k in kept) total += kept[k];
  for (const [i, step] of steps.entries()) total += i * step;
  return [kept, Object.entries(count).map(([w, n]) => w + n), steps, path, few, total];
}`,
      calls: [
        `report([" a", "b", "a ", "cc"], ["b"], [{ id: 1, n: "x" }, { id: 2, n: "" }, { id: 1, n: "y" }], [{ by: 1 }, { by: 9 }, { by: 2 }], 6)`,
        `report([], [], [], [], 0)`,
        `report(["q"], [], [{ id: 3, n: "3z" }], [{ by: 3 }, { by: 3 }], 3)`,
      ],
    },
  ]);
});
