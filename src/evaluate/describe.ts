/**
 * Says in words what happened to a worker, and where two outputs differ.
 */
import { constants } from "node:os";
import type { Sizes } from "../task/task.ts";
import { cleanText } from "./jail.ts";
import type { Ending, Mismatch } from "./supervisor.ts";

export interface EndingInWords {
  readonly status: "crashed" | "timed-out";
  readonly reason: string;
  readonly signal?: string;
}

/** Of what a program said before it ended. */
const mostQuotedBytes = 4096;

const meanings: Readonly<Record<string, string>> = {
  SIGSEGV: "it read or wrote memory that it may not",
  SIGBUS: "it read or wrote memory that is not there",
  SIGFPE: "an integer division by zero or an overflow in one",
  SIGILL: "an instruction that this CPU does not have, or a compiler's trap",
  SIGABRT: "it aborted",
  // Starting a thread blocks all signals, so our handler cannot name the call.
  SIGSYS: "a system call that the sandbox refuses, most likely a new thread",
  SIGKILL: "it used too much CPU time, or was ended from outside",
};

/** `sizes` absent where it is not about one call. */
export function describeEnding(ending: Ending, sizes?: Sizes, limitMs?: number): EndingInWords {
  const place = placeOf(ending, sizes);
  const said = cleanText(ending.said, mostQuotedBytes).trim();
  // The candidate may say this itself: so a name at most, and no sentence in our voice.
  const refused = /^lessonbank: refused system call (\w+(?: \([\w ]+\))?)$/m.exec(said)?.[1];
  const threads = /Resource temporarily unavailable/.test(said)
    ? " It started more threads than the task allows."
    : "";
  const quoted = said === "" || refused !== undefined ? "" : `${threads}\n${said}`;
  switch (ending.ended) {
    case "timeout":
      return { status: "timed-out", reason: `Stopped after ${limitText(limitMs)} ${place}.` };
    case "signal": {
      const signal = signalName(ending.number);
      if (refused !== undefined)
        return {
          status: "crashed",
          signal,
          reason: `Used a system call that the sandbox refuses, ${refused}, ${place}.`,
        };
      const meaning = meanings[signal];
      return {
        status: "crashed",
        signal,
        reason: `Killed by ${signal}${meaning === undefined ? "" : ` (${meaning})`} ${place}.${quoted}`,
      };
    }
    case "exit":
      return { status: "crashed", reason: `Exited with status ${ending.number} ${place}.${quoted}` };
    case "protocol":
      return { status: "crashed", reason: `Broke the sandbox's control channel ${place}.${quoted}` };
    case "memory":
      return { status: "crashed", reason: `Stopped for using too much memory ${place}.${quoted}` };
    case "cancelled":
    case "jail":
    case "none":
      return { status: "crashed", reason: `Ended (${ending.ended}) ${place}.${quoted}` };
  }
}

/** `C[37]: 1.25, but the reference gives 2.5 (m=7, n=33)`. */
export function describeMismatch(mismatch: Mismatch, sizes: Sizes): string {
  const { kind, path, candidate, reference } = mismatch;
  const at = sizesText(sizes);
  const place = at === "" ? "" : ` (${at})`;
  switch (kind) {
    case "value":
      return `${path}: ${candidate}, but the reference gives ${reference}${place}`;
    case "length":
      return `${path} has ${candidate} elements, but the reference's has ${reference}${place}`;
    case "overflow":
      return `${path} outgrew the room for it: far more elements than the reference's${place}`;
    case "bounds":
      return `wrote outside of ${path}, just ${candidate} its ${candidate === "before" ? "first" : "last"} element${place}`;
  }
}

/** `m=7, n=33, k=65`. */
export function sizesText(sizes: Sizes): string {
  return Object.entries(sizes)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");
}

function placeOf(ending: Ending, sizes: Sizes | undefined): string {
  if (ending.phase === "load") return "while it was being loaded";
  const at = sizes === undefined ? "" : sizesText(sizes);
  const sized = at === "" ? "" : ` with ${at}`;
  if (ending.phase === "prepare") return `before a call, when its arguments were made${sized}`;
  if (ending.phase === "finish") return `after a call, when its results were read${sized}`;
  return `in a call${sized}`;
}

function limitText(limitMs: number | undefined): string {
  if (limitMs === undefined) return "the limit";
  return limitMs < 1000 ? `${Math.round(limitMs)} ms` : `${(limitMs / 1000).toFixed(1)} s`;
}

function signalName(number: number): string {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;
}
