/**
 * What a model's reply to a request for code comes to: a proposal, or why there is none.
 */
import { noOverlap, reordered } from "../code/dependences.ts";
import { sha256 } from "../code/hash.ts";
import { codeInReply } from "../code/reply.ts";
import type { Transformation } from "../lesson/lesson.ts";
import { type ChatReply, ModelError } from "../model/chat-model.ts";
import type { Task } from "../task/task.ts";
import type { Proposal } from "./agent.ts";
import type { Fruitless } from "./prompts/ask-again.ts";
import { recogniseTransformations } from "./recognise.ts";

/** What the code relies on beyond what tests can show, by the transformation that does. */
const assumptionsOf: Readonly<Record<string, string>> = {
  "no-alias": noOverlap,
  "multiple-accumulators": reordered,
  "relaxed-floating-point": reordered,
};

export interface Answer {
  /** Absent where the model gave the reference back. */
  readonly proposal?: Proposal;
  /** Why no new candidate comes of it. */
  readonly why?: Fruitless;
}

/** `tried`: SHA-256 of sources that are no news. The grammar of the task's language must have been loaded. */
export function answerIn(
  { text, ending }: Pick<ChatReply, "text" | "ending">,
  task: Task,
  tried: ReadonlySet<string>,
): Answer {
  const found = codeInReply(text, {
    source: task.source.text,
    language: task.language,
    functionName: task.function,
  });
  if (found.kind === "unchanged") return { why: { kind: "unchanged" } };
  if (found.kind === "none") {
    const reason = sentence(found.reason);
    return { why: { kind: ending === "length" ? "cut" : "unreadable", reason } };
  }
  const names = recognised(task, found.source).map((each) => each.name);
  const proposal: Proposal = {
    source: found.source,
    transformations: [],
    assumptions: [...new Set(names.flatMap((each) => assumptionsOf[each] ?? []))],
    summary: names.length > 0 ? names.map((each) => each.replaceAll("-", " ")).join(", ") : "a new version",
  };
  return tried.has(sha256(found.source)) ? { proposal, why: { kind: "tried" } } : { proposal };
}

/** Undefined where the model gave the reference back; throws a ModelError (`unreadable-reply`) where the reply held no code to use. */
export function proposalOf({ proposal, why }: Answer): Proposal | undefined {
  if (why && "reason" in why) throw new ModelError("unreadable-reply", why.reason);
  return proposal;
}

export function recognised(
  { source, language, function: functionName }: Task,
  candidate: string,
): Transformation[] {
  return recogniseTransformations(source.text, candidate, language, functionName);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
