/**
 * Keys: where they come from, what they may look like, and how they are kept out of everything that is shown or stored.
 */
import { ModelError } from "./chat-model.ts";

/** What a bearer token may hold (RFC 6750, section 2.1), and the colon that some providers put into theirs. */
const token = /^[\w.~+/:=-]+$/;
/** In a reply a shorter text may be a word of the code: local servers take `ollama` or `EMPTY` for a key. */
const shortestSecret = 12;

/** The key in an environment variable, or undefined where it is not set. Throws a ModelError where it cannot be a key. */
export function readKey(
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const key = environment[variable]?.trim();
  if (key === undefined || key === "") return undefined;
  if (!token.test(key)) {
    throw new ModelError("refused-key", `the key in ${variable} holds characters that no key has`, {
      remedy: `Set ${variable} to the key alone, without quotes and line ends.`,
    });
  }
  return key;
}

/** Takes the key out of a text of the endpoint's, however it was escaped. */
export function hideKey(text: string, key: string | undefined): string {
  if (key === undefined) return text;
  const spellings = new Set([key, key.replaceAll("/", String.raw`\/`), encodeURIComponent(key)]);
  return [...spellings].reduce((hidden, spelling) => hidden.replaceAll(spelling, "[key]"), text);
}

/** The same for a reply, in which a key so short that it may be a word stays. */
export function hideKeyInReply(text: string, key: string | undefined): string {
  return key !== undefined && key.length >= shortestSecret ? hideKey(text, key) : text;
}
