/**
 * One of several processes that use a bank at once: adds, factors, showings, changes and reads, in an order that its name seeds. It says
 * what was acknowledged.
 */
import type { Bank } from "../../src/bank/bank.ts";
import { openBank } from "../../src/bank/lance-bank.ts";
import { UsageError } from "../../src/errors.ts";
import { exampleLesson } from "../lesson/example-lesson.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { entry } from "./scenarios.ts";

export interface Acknowledged {
  readonly lessons: string[];
  readonly factors: Record<string, number>;
  readonly showings: string[];
  readonly changes: string[];
  /** Another process was quicker. */
  refused: number;
  /** What each operation took, by its kind. */
  readonly milliseconds: Record<string, number[]>;
}

/** Words that all processes edit: each edit starts from what the process read. */
export const contested = entry("a").lesson.id;

export async function mixedWork(directory: string, name: string, operations: number): Promise<Acknowledged> {
  const done: Acknowledged = {
    lessons: [],
    factors: {},
    showings: [],
    changes: [],
    refused: 0,
    milliseconds: {},
  };
  const bank = await openBank(directory);
  const next = numbers(name);
  for (let number = 0; number < operations; number++) {
    const startedMs = performance.now();
    const kind = await operation(bank, name, number, next, done);
    (done.milliseconds[kind] ??= []).push(performance.now() - startedMs);
  }
  const startedMs = performance.now();
  await bank.close();
  done.milliseconds["close"] = [performance.now() - startedMs];
  return done;
}

/** Returns its kind. */
async function operation(
  bank: Bank,
  name: string,
  number: number,
  next: () => number,
  done: Acknowledged,
): Promise<string> {
  const draw = next();
  const own = done.lessons[Math.floor(next() * done.lessons.length)];
  if (draw < 0.35 || own === undefined) {
    const added = [0, 1].map((index) => entry(`${name} ${number} ${index}`));
    // One of those that others add too.
    const shared = { lesson: exampleLesson({ text: `shared ${number % 50}` }), code: "int f(void);" };
    await bank.add([...added, shared]);
    done.lessons.push(...added.map(({ lesson }) => lesson.id));
    return "add";
  }
  if (draw < 0.5) {
    const factor = 1 + Math.round(next() * 100) / 1000;
    await bank.setFactors(new Map([[own, factor]]));
    done.factors[own] = factor;
    return "factor";
  }
  if (draw < 0.65) {
    const showing = exampleShowing({ run: name, round: number });
    await bank.addShowings([showing]);
    done.showings.push(showing.id);
    return "showing";
  }
  if (draw < 0.75) {
    await change(bank, name, number, done);
    return "change";
  }
  if (draw < 0.85) {
    const hits = await bank.search({ text: `${name} ${number - 1}`, limit: 4 });
    if (hits.length < 4) throw new Error("a search found too little");
    return "search";
  }
  if (draw < 0.95) {
    if (!(await bank.get(own))) throw new Error(`${own} is not there`);
    return "get";
  }
  const history = new Set((await bank.history()).map(({ id }) => id));
  const missing = done.changes.filter((id) => !history.has(id));
  if (missing.length > 0) throw new Error(`changes are missing: ${missing.join(" ")}`);
  return "history";
}

async function change(bank: Bank, name: string, number: number, done: Acknowledged): Promise<void> {
  const lesson = await bank.get(contested);
  if (!lesson) throw new Error("the contested lesson is not there");
  const before = { text: lesson.text, preconditions: [...lesson.preconditions] };
  const after = { text: `${name} ${number}`, preconditions: [lesson.text.slice(0, 100)] };
  try {
    done.changes.push((await bank.change({ kind: "edited", lesson: contested, before, after }, name)).id);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    done.refused++;
  }
}

/** Park and Miller's generator, in 0…1. */
function numbers(name: string): () => number {
  let state = Buffer.from(name).reduce((sum, byte) => (sum * 31 + byte) % 2147483647, 7) || 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
