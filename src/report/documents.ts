/**
 * The JSON documents that commands print with `--json`: shapes that scripts may rely on. `optimize` prints its result as the
 * library returns it.
 */
import type { Outcome } from "../evaluate/outcome.ts";

/** What `evaluate --json` prints. */
export interface OutcomeDocument {
  readonly task: string;
  readonly status: Outcome["status"];
  readonly reason?: string;
  readonly speedup?: {
    readonly ratio: number;
    readonly low: number;
    readonly high: number;
    readonly confidence: number;
  };
  readonly faster: boolean;
  readonly referenceMs?: number;
  readonly candidateMs?: number;
  readonly calls: number;
  readonly evaluationMs: number;
  /** Where it was judged without namespaces. */
  readonly sandbox?: "weaker";
}

export function outcomeDocument(task: string, outcome: Outcome): OutcomeDocument {
  const { status, reason, calls, evaluationMs, sandbox } = outcome;
  const measured = outcome.status === "measured" ? outcome : undefined;
  return {
    task,
    status,
    ...(reason !== undefined && { reason }),
    ...(measured && { speedup: measured.speedup }),
    faster: measured?.faster ?? false,
    ...(measured && { referenceMs: measured.referenceMs, candidateMs: measured.candidateMs }),
    calls,
    evaluationMs,
    ...(sandbox !== undefined && { sandbox }),
  };
}

/** One document, on lines of its own. */
export function printDocument(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
