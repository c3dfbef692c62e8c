/**
 * One request that brought no reply. It becomes a ModelError when no further try is made, and not before its text was cleaned: what an
 * endpoint says may hold anything, also the key that it was sent.
 */
import { cleanProse, clip } from "../code/clean-text.ts";
import { ModelError, type ModelFault, type TokenUsage } from "./chat-model.ts";

export interface Failure {
  readonly fault: ModelFault;
  /** Goes on after the model's name: `refuses the key (HTTP 401)`. Ours, so it is clean. */
  readonly what: string;
  /** What the endpoint says to it. Hostile. */
  readonly detail?: string | undefined;
  readonly remedy?: string | undefined;
  /** It may pass: another try makes sense, and costs nothing that was not asked for. */
  readonly passing?: boolean | undefined;
  /** How long the endpoint asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
  /** Its stream ended before it began: asked for the reply in one piece, the endpoint may say why. */
  readonly wordless?: boolean | undefined;
  /** The optional parameter that it does not take: the request makes sense without it. */
  readonly parameter?: string | undefined;
}

export class FailedTry extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.what);
    this.name = "FailedTry";
    this.failure = failure;
  }
}

const longestDetail = 300;

/** For a person. `hide` takes secrets out. No cause: it would hold the request, and its key. */
export function toModelError(
  { fault, what, detail, remedy }: Failure,
  model: string,
  hide: (text: string) => string,
  usage?: TokenUsage,
): ModelError {
  // Cleaned first: a key with an invisible character inside is a key all the same. Clipped last: half a key is one too many.
  const shown = detail === undefined ? "" : clip(hide(cleanProse(detail)), longestDetail);
  return new ModelError(fault, `${model} ${what}${shown === "" ? "" : `: ${shown}`}`, { remedy, usage });
}
