/**
 * What is done to a bank in the tests that kill its processes, step by step, each of which happens whole or not at all; and what a bank
 * comes to, in a form that can be compared.
 */
import type { Bank, BankEntry } from "../../src/bank/bank.ts";
import type { Change } from "../../src/lesson/change.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";

export const scenarioNames = ["new", "filled", "version-1", "in-pieces", "indexed"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** In a scenario that ends with indices being built. */
export const indexedFrom = 256;

export type Step = (bank: Bank) => Promise<unknown>;

const code = "int twice(int n) { return n + n; }";
export const entry = (text: string): BankEntry => ({ lesson: exampleLesson({ text }), code });
/** In the bank before a scenario begins, unless it is a new one. */
export const earlierEntries = ["a", "b", "c", "d"].map(entry);
const [first, second, third, fourth] = ["a", "b", "c", "d"].map((text) => entry(text).lesson.id);

/** Every kind of write. */
const everyWrite: readonly Step[] = [
  (bank) => bank.add([entry("e"), entry("f"), entry("g")]),
  (bank) =>
    bank.setFactors(
      new Map([entry("e"), entry("g")].map(({ lesson }, index) => [lesson.id, 0.9 + index / 5])),
    ),
  (bank) => bank.addShowings([1, 2, 3].map((round) => exampleShowing({ round }))),
  async (bank) => {
    const { id, text, preconditions } = entry("f").lesson;
    const before = { text, preconditions: [...preconditions] };
    await bank.change(
      { kind: "edited", lesson: id, before, after: { text: "F", preconditions: [] } },
      "person",
    );
  },
  (bank) => bank.change({ kind: "removed", lesson: entry("g").lesson.id, reason: "no use" }, "person"),
  async (bank) => {
    const last = (await bank.history()).at(-1);
    await bank.change({ kind: "undone", change: last?.id ?? "" }, "person");
  },
];

const onEarlierOnes: readonly Step[] = [
  (bank) => bank.setFactors(new Map([first, second, third].map((id, index) => [id ?? "", 0.8 + index / 10]))),
  (bank) => bank.change({ kind: "removed", lesson: fourth ?? "", reason: "no use" }, "person"),
];

export function stepsOf(scenario: ScenarioName): readonly Step[] {
  if (scenario === "indexed") return onEarlierOnes;
  return scenario === "new" ? everyWrite : [...onEarlierOnes, ...everyWrite];
}

/** Everything that a bank shows, and all evidence as it was earned, without what differs each time. */
export async function stateOf(bank: Bank): Promise<unknown> {
  const asEarned = [];
  for await (const { lesson } of bank.entries({}, { asEarned: true })) asEarned.push(lesson);
  const history = await bank.history();
  const found = await bank.search({ text: "F", limit: 50 });
  return {
    seen: await bank.list(),
    found: found.map(({ lesson }) => lesson.id),
    asEarned,
    showings: await bank.showings(),
    history: history.map((change) => comparable(change, history)),
  };
}

function comparable({ what }: Change, history: readonly Change[]): unknown {
  if (what.kind !== "undone") return what;
  return { ...what, change: history.findIndex(({ id }) => id === what.change) };
}
