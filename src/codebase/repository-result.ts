/**
 * What a repository's run says while it goes on, and what it comes to.
 */
import type { Outcome } from "../evaluate/outcome.ts";
import type { RunEvent } from "../run/events.ts";
import type { OptimizeResult } from "../run/result.ts";
import type { CommandTask } from "../task/task.ts";
import type { FileChange } from "./combine.ts";
import type { ProjectProfile } from "./profile/profile-project.ts";
import type { Baseline, Proof } from "./project/project.ts";

export type RepositoryEvent =
  | { readonly type: "profiled"; readonly profile: ProjectProfile }
  | {
      readonly type: "function-started";
      readonly index: number;
      readonly of: number;
      readonly task: CommandTask;
      readonly warning?: string;
      /** Of the functions before it. */
      readonly spent: OptimizeResult["costs"];
    }
  | { readonly type: "run"; readonly event: RunEvent }
  | { readonly type: "proving"; readonly done: number; readonly of: number }
  | { readonly type: "function-ended"; readonly result: FunctionResult }
  | { readonly type: "combining"; readonly functions: number };

export interface FunctionResult {
  readonly file: string;
  readonly function: string;
  /** Of the benchmark's time, where it was profiled. */
  readonly share?: number;
  readonly run: OptimizeResult;
  /** Of the winner, with paths from the repository's root. */
  readonly diff?: string;
  /** Whether the tests notice it; absent without a winner. */
  readonly proof?: Proof;
}

export interface CombinedResult {
  readonly files: readonly FileChange[];
  readonly diff: string;
  /** Functions that are in it, as FILE:FUNCTION. */
  readonly functions: readonly string[];
  /** Of all of them together; of a single function, its confirmation. */
  readonly outcome: Outcome;
  /** Said where not all winners could be taken together. */
  readonly reason?: string;
}

export interface RepositoryResult {
  readonly baseline: Baseline;
  readonly profile?: ProjectProfile;
  readonly functions: readonly FunctionResult[];
  /** FILE:FUNCTION of those that were not worked on, because the run ended before. */
  readonly left: readonly string[];
  /** Absent where nothing was found that is faster. */
  readonly combined?: CombinedResult;
  /** Whether the tests notice every function in `combined`. */
  readonly proven: boolean;
  readonly costs: OptimizeResult["costs"];
  readonly interrupted: boolean;
}

export function nameOf({ file, function: name }: Pick<FunctionResult, "file" | "function">): string {
  return `${file}:${name}`;
}

export function sumOf(costs: readonly OptimizeResult["costs"][]): OptimizeResult["costs"] {
  const sum = (pick: (each: OptimizeResult["costs"]) => number): number =>
    costs.reduce((total, each) => total + pick(each), 0);
  return {
    evaluations: sum((each) => each.evaluations),
    modelCalls: sum((each) => each.modelCalls),
    inputTokens: sum((each) => each.inputTokens),
    outputTokens: sum((each) => each.outputTokens),
    usd: sum((each) => each.usd),
    wallMs: sum((each) => each.wallMs),
  };
}
