/**
 * The tape of a run: everything that comes in from outside goes through it, in one order. While it is written, each arrival is in the journal
 * before anyone acts on it. While it is played, arrivals are handed out from the record, each once what was decided before it has been
 * decided again; so a run that is played makes the same choices, and where its record ends it goes on by itself.
 *
 * Arrivals are handed out one at a time, the next only when nothing is left to be done about the last: otherwise two that come in together
 * would be acted on in an order that no record tells.
 */
import { setImmediate as turn } from "node:timers/promises";
import { LessonbankError } from "../errors.ts";
import type { RunTime } from "../strategy/strategy.ts";
import { canonicalJson } from "../code/canonical-json.ts";
import { firstDifference } from "./first-difference.ts";
import { withoutHead, type JournalLine, type JournalRecord, type RecordOf } from "./record.ts";

/** What comes in from outside. */
export type Arrival = RecordOf<(typeof arrivals)[number]>;
/** What is decided on it. */
export type Decision = Exclude<
  JournalRecord,
  Arrival | RecordOf<"run-started" | "run-resumed" | "run-ended">
>;

export interface Wish {
  /** What is wanted, as `wishKeys` names it. Two wishes of one key get the record's arrivals of that key in order. */
  readonly key: string;
  /** Gets it from outside. What it throws is thrown, and not recorded: the run did not get it. */
  readonly fetch: () => Promise<Arrival>;
  /** Done by a run that goes on, before it is handed out from the record: what may not have reached its place when the process died. */
  readonly again?: (() => Promise<void>) | undefined;
}

export interface Tape {
  /** What is wished for, which the journal holds by now. */
  arrival(wish: Wish): Promise<Arrival>;
  /** Records a decision, or compares it with the record. Throws a ReplayDifference. */
  decide(decision: Decision): void;
  /** That of the last arrival. */
  readonly now: RunTime;
  /** Aborted, with the ReplayDifference, once the run no longer follows its record; and with what else makes it impossible to go on. */
  readonly signal: AbortSignal;
  /** To be called when the run has ended. Throws a ReplayDifference where the record holds more than it came to. */
  finish(): Promise<void>;
}

/** A run that is played again decides something else than it did. */
export class ReplayDifference extends LessonbankError {
  /** In the file, from 1; undefined where the run wants more than the record holds. */
  readonly line: number | undefined;

  constructor(line: number | undefined, message: string) {
    super("usage", line === undefined ? message : `line ${line}: ${message}`, {
      remedy:
        "The journal was changed, or the version that wrote it decides otherwise; `run-started` names that version.",
    });
    this.line = line;
  }
}

export interface TapeOptions {
  /** What was recorded, in order; empty for a new run. */
  readonly record?: readonly JournalLine[];
  /** Keeps a record and says when that was. */
  readonly write: (record: JournalRecord) => RunTime;
  /**
   * What the run may decide beyond its record: everything for a run that goes on, nothing for one whose record is whole, and what nobody
   * looks at for one whose record was cut.
   */
  readonly beyond?: "goes-on" | "nothing" | "unseen";
  readonly startedAt: Date;
  /** Told once the record has been played to its end, before anything is fetched. */
  readonly onPlayed?: (() => void) | undefined;
  /** A run that does not move for so long waits for what will not come. Default 60 s. */
  readonly patienceMs?: number;
}

const arrivals = [
  "model-answered",
  "model-failed",
  "evaluated",
  "bank-read",
  "showings-read",
  "history-read",
  "bank-written",
] as const;

/** What a wish is called, and the arrival that fulfils it. */
export const wishKeys = {
  reply: (call: string): string => `the reply to call ${call}`,
  outcome: (effort: string, source: string): string =>
    `the Outcome (${effort}) of source ${source.slice(0, 12)}`,
  bankRead: (query: string): string => `what the bank holds for query ${query.slice(0, 12)}`,
  showings: (query: string): string => `what the bank holds on showing lessons, query ${query.slice(0, 12)}`,
  history: "the bank's history",
  bankWritten: (what: string): string => `that the bank took ${what.slice(0, 12)}`,
};

function keyOf(arrival: Arrival): string {
  switch (arrival.type) {
    case "model-answered":
    case "model-failed":
      return wishKeys.reply(arrival.call);
    case "evaluated":
      return wishKeys.outcome(arrival.effort, arrival.source);
    case "bank-read":
      return wishKeys.bankRead(arrival.query);
    case "showings-read":
      return wishKeys.showings(arrival.query);
    case "history-read":
      return wishKeys.history;
    case "bank-written":
      return wishKeys.bankWritten(arrival.what);
  }
}

export function createTape(options: TapeOptions): Tape {
  return new RunTape(options);
}

interface Waiting extends Wish {
  readonly deliver: (arrival: Arrival) => void;
  readonly fail: (error: unknown) => void;
}

class RunTape implements Tape {
  now: RunTime;
  private readonly options: TapeOptions;
  private readonly record: readonly JournalLine[];
  /** Places in the record whose decision was made again. */
  private readonly matched = new Set<number>();
  /** Made before the record's end, but not in it: the process died first. */
  private readonly unrecorded: Decision[] = [];
  private waiting: Waiting[] = [];
  private place = 0;
  private live = false;
  private wake: () => void = () => {};
  private handedOut: Promise<void> = Promise.resolve();
  private readonly differed = new AbortController();

  constructor(options: TapeOptions) {
    this.options = options;
    this.record = options.record ?? [];
    this.now = { elapsedMs: 0, at: options.startedAt };
    if (this.record.length === 0) this.goLive();
    else void this.play();
  }

  get signal(): AbortSignal {
    return this.differed.signal;
  }

  arrival(wish: Wish): Promise<Arrival> {
    return new Promise((deliver, fail) => {
      const waiting = { ...wish, deliver, fail };
      if (this.signal.aborted) fail(this.signal.reason);
      else if (this.live) this.fetch(waiting);
      else if (this.options.beyond === "nothing" && !this.holds(wish.key))
        fail(this.differ(this.place, this.describeStandstill(wish.key)));
      else {
        this.waiting.push(waiting);
        this.wake();
      }
    });
  }

  decide(decision: Decision): void {
    this.signal.throwIfAborted();
    const { beyond = "goes-on", write } = this.options;
    if (this.live && beyond === "unseen") return;
    if (this.live && beyond === "goes-on") {
      write(decision);
      return;
    }
    const wanted = canonicalJson(decision);
    for (let place = this.place; place < this.record.length; place++) {
      const line = this.record[place];
      if (!line || this.matched.has(place) || line.type !== decision.type) continue;
      if (canonicalJson(withoutHead(line)) !== wanted) continue;
      this.matched.add(place);
      this.wake();
      return;
    }
    if (beyond === "nothing") throw this.differ(...this.describeDifference(decision));
    this.unrecorded.push(decision);
    this.wake();
  }

  async finish(): Promise<void> {
    // What was handed out last may not have been left behind yet.
    await turn();
    await turn();
    this.signal.throwIfAborted();
    if (this.live) return;
    const line = this.record[this.place];
    throw this.differ(this.place, `the run ends here, the record goes on with ${line?.type}`);
  }

  private async play(): Promise<void> {
    try {
      for (; this.place < this.record.length; this.place++) {
        const line = this.record[this.place];
        if (!line) continue;
        if (isArrival(line)) await this.handOut(line);
        else if (isDecision(line)) await this.until(() => this.matched.has(this.place));
      }
      this.goLive();
    } catch (error) {
      // Whoever wishes from now on is told as well: there is nobody who would hand anything out.
      if (!this.signal.aborted) this.differed.abort(error);
      for (const { fail } of this.waiting.splice(0)) fail(error);
    }
  }

  private async handOut(line: Arrival & JournalLine): Promise<void> {
    const key = keyOf(line);
    const find = (): number => this.waiting.findIndex((each) => each.key === key);
    await this.until(() => find() >= 0);
    const waiting = this.waiting[find()];
    const { beyond = "goes-on" } = this.options;
    if (beyond === "goes-on") await waiting?.again?.();
    this.waiting = this.waiting.filter((each) => each !== waiting);
    this.now = { elapsedMs: line.elapsedMs, at: new Date(line.at) };
    waiting?.deliver(withoutHead(line) as Arrival);
    await turn();
  }

  /** Whether the rest of the record has it. */
  private holds(key: string): boolean {
    return this.record.slice(this.place).some((line) => isArrival(line) && keyOf(line) === key);
  }

  /** Waits for the run to come so far. */
  private async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + (this.options.patienceMs ?? 60_000);
    while (!condition()) {
      this.signal.throwIfAborted();
      const left = deadline - Date.now();
      if (left <= 0) throw this.differ(this.place, this.describeStandstill(this.waiting[0]?.key));
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, left);
      });
      clearTimeout(timer);
    }
  }

  /** The end of the record: what was decided since then is kept now, and what is still wanted is fetched. */
  private goLive(): void {
    this.live = true;
    this.options.onPlayed?.();
    const { beyond = "goes-on", write } = this.options;
    if (beyond === "goes-on") for (const decision of this.unrecorded) write(decision);
    for (const waiting of this.waiting.splice(0)) this.fetch(waiting);
  }

  private fetch({ fetch, deliver, fail }: Waiting): void {
    fetch().then((arrival) => {
      this.handedOut = this.handedOut.then(async () => {
        this.now = this.options.write(arrival);
        deliver(decoded(arrival));
        await turn();
      });
    }, fail);
  }

  private differ(place: number | undefined, message: string): ReplayDifference {
    const sequence = place === undefined ? undefined : this.record[place]?.sequence;
    const difference = new ReplayDifference(sequence === undefined ? undefined : sequence + 1, message);
    this.differed.abort(difference);
    this.wake();
    return difference;
  }

  /** The run wants something else than the record goes on with, or nothing. */
  private describeStandstill(wanted: string | undefined): string {
    const line = this.record[this.place];
    const made = this.unrecorded[0];
    if (line && isDecision(line) && made) return this.describeDifference(made)[1];
    const next = line && isArrival(line) ? keyOf(line) : line?.type;
    return `the record goes on with ${next}, the run ${wanted === undefined ? "does not come to it" : `wants ${wanted}`}`;
  }

  private describeDifference(decision: Decision): [place: number | undefined, message: string] {
    const place = this.record.findIndex(
      (line, index) => index >= this.place && line.type === decision.type && !this.matched.has(index),
    );
    const recorded = this.record[place];
    if (!recorded) return [undefined, `the run comes to a ${decision.type} that the record does not hold`];
    const difference = firstDifference(withoutHead(recorded), decoded(decision));
    return [place, `the run comes to another ${decision.type}: ${difference}`];
  }
}

function isArrival(line: JournalLine): line is Arrival & JournalLine {
  return arrivals.some((type) => type === line.type);
}

function isDecision(line: JournalLine): line is Decision & JournalLine {
  return !isArrival(line) && !["run-started", "run-resumed", "run-ended"].includes(line.type);
}

/** As whoever reads the journal finds it: a run that is written and one that is played see the same. */
function decoded<Value extends JournalRecord>(record: Value): Value {
  return JSON.parse(JSON.stringify(record)) as Value;
}
