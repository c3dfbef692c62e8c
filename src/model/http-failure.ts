/**
 * What an HTTP error means. Endpoints agree on the statuses only roughly and on the bodies not at all, so both are read: OpenAI,
 * Hugging Face's router, Ollama, vLLM, llama.cpp, llama-cpp-python and text-generation-inference each say it in their own way.
 */
import type { Failure } from "./failed-try.ts";

/** An error body as far as it can be understood. */
interface ErrorBody {
  /** What it says, whole: whoever cuts it must have taken the key out before. */
  readonly said: string;
  /** As much of that as is read for its meaning. */
  readonly message: string;
  /** Machine-readable words: code, type, title. */
  readonly code: string;
  /** The parameter that it is about. */
  readonly parameter: string;
}

const overflowCode = /context_length_exceeded|exceed_context_size/i;
const overflowMessage =
  /(?:maximum|available|max) (?:context|model) (?:length|size|window)|context (?:length|size|window)[^.]{0,60}(?:exceed|overflow)|exceed(?:s|ed|ing)?\b[^.]{0,60}\bcontext|prompt (?:is )?too long|inputs. tokens \+ .max_new_tokens|inputs. must have less than|longer than the maximum model length|reduce the length of the (?:messages|prompt|input)/i;
const badKey =
  /invalid_api_key|api.?key[^.]{0,40}(?:invalid|not valid|incorrect|expired|missing)|invalid api.?key/i;
const noCredit =
  /insufficient_quota|insufficient (?:credit|balance|fund)|exceeded your monthly|credit balance/i;
const noModelCode = /model_not_found|model_not_supported|unknown_model/i;
const noModelMessage =
  /\bmodel\b.{0,200}? (?:does not exist|not found|is not supported)|no such model|unknown model|not a valid model/is;
const notTaken = /unsupported|not support|unknown|unrecogni[sz]ed|not permitted|not allowed|extra/i;
/** The patterns take time in proportion to the text at best: an endpoint may send anything. */
const longestMessage = 2000;

/** An answer that is no reply. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Where it was said, for a person: `HTTP 429`, or `in its reply` for an error that came under way. */
  readonly place: string;
}

/** What is known of the request. */
export interface RequestFacts {
  /** The optional parameters that it had. */
  readonly sent: readonly string[];
  /** What to do about a key that is refused. */
  readonly keyRemedy: string;
}

export function failureOfAnswer(
  { status, headers, body, place }: ErrorAnswer,
  request: RequestFacts,
): Failure {
  const { said, message, code, parameter } = readErrorBody(body);
  const failure = (rest: Omit<Failure, "detail">): Failure => ({ ...rest, detail: said });
  const about = `(${place})`;
  const ofRequest = status === 400 || status === 413 || status === 422 || status >= 500;

  if (ofRequest && (overflowCode.test(code) || overflowMessage.test(message))) {
    return failure({
      fault: "context-overflow",
      what: `has no room for prompt and reply ${about}`,
      remedy: "Give the model a larger context where it is served, or take one that has it.",
    });
  }
  if (status === 401 || status === 403 || badKey.test(`${code} ${message}`)) {
    return failure({ fault: "refused-key", what: `refuses the key ${about}`, remedy: request.keyRemedy });
  }
  if (status === 402 || noCredit.test(`${code} ${message}`)) {
    return failure({
      fault: "no-credit",
      what: `has no credit left ${about}`,
      remedy: "Add credit to the account of the key, or take another model.",
    });
  }
  if (status === 400 || status === 422) {
    const refused = request.sent.find(
      (name) => parameter === name || new RegExp(String.raw`\b${name}\b`).test(message),
    );
    if (refused !== undefined && notTaken.test(`${code} ${message}`)) {
      return failure({
        fault: "refused-request",
        what: `does not take "${refused}" ${about}`,
        parameter: refused,
      });
    }
  }
  if (
    status === 404 ||
    status === 410 ||
    noModelCode.test(code) ||
    ((status === 400 || status === 422) && noModelMessage.test(message))
  ) {
    return failure({
      fault: "unknown-model",
      what: `is not known to its endpoint ${about}`,
      remedy:
        "Check the model's name and the endpoint's address, which for most servers ends in /v1. Ollama has it after: ollama pull MODEL",
    });
  }
  if (status === 429) {
    return failure({
      fault: "rate-limited",
      what: `asks for fewer requests ${about}`,
      remedy: "Wait, or use fewer agents of this model.",
      passing: true,
      retryAfterMs: retryAfterMs(headers),
    });
  }
  if (status === 408 || status === 425 || status >= 500) {
    return failure({
      fault: "unavailable",
      what: `fails on its side ${about}`,
      passing: true,
      retryAfterMs: retryAfterMs(headers),
    });
  }
  return failure({ fault: "refused-request", what: `refuses the request ${about}` });
}

/**
 * How long to wait by `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date; the date is read against the endpoint's own clock
 * where it tells it. Undefined where there is none that makes sense.
 */
export function retryAfterMs(headers: Headers, now: number = Date.now()): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (value === undefined || value === "") return undefined;
  if (/^\d+(?:\.\d+)?$/.test(value)) return Number(value) * 1000;
  const until = Date.parse(value);
  const from = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(until) ? undefined : Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/** The status that an error within a reply names, where it names one. */
export function statusOfBody(body: unknown): number | undefined {
  const error = fieldsOf(fieldsOf(body)["error"]);
  return [error["code"], error["status"], error["status_code"]]
    .map(Number)
    .find((status) => Number.isInteger(status) && status >= 400 && status < 600);
}

function readErrorBody(text: string): ErrorBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const said = /^\s*</.test(text) ? "a page of HTML" : text;
    return { said, message: said.slice(0, longestMessage), code: "", parameter: "" };
  }
  const outer = fieldsOf(value);
  const inner = fieldsOf(outer["error"]);
  const details = Array.isArray(outer["detail"]) ? outer["detail"].map(fieldsOf) : [];
  const message = [inner["message"], outer["error"], outer["message"], outer["detail"], value].find(isText);
  const said = message ?? details.map((detail) => textOf(detail["msg"])).join("; ");
  return {
    said,
    message: said.slice(0, longestMessage),
    code: [inner, outer]
      .flatMap((each) => [each["code"], each["type"], each["error_type"]])
      .concat(details.map((detail) => detail["type"]))
      .filter(isText)
      .join(" ")
      .slice(0, longestMessage),
    parameter: [inner["param"], outer["param"], lastOf(details[0]?.["loc"])].find(isText) ?? "",
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function lastOf(value: unknown): unknown {
  return Array.isArray(value) ? value.at(-1) : undefined;
}

function textOf(value: unknown): string {
  return isText(value) ? value : "";
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
