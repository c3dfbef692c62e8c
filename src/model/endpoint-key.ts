/**
 * Which key goes to which endpoint. Keys come from the environment alone, and go only where nobody reads along.
 */
import { isIPv4 } from "node:net";
import { ModelError } from "./chat-model.ts";
import { addressOf, formatSpec, openaiEndpoint, type RemoteSpec } from "./model-spec.ts";
import { readKey } from "./secret.ts";

export interface KeyPlaces {
  /** The variable that holds the key. Default: `HF_TOKEN`, or `OPENAI_API_KEY`. */
  readonly keyVariable?: string | undefined;
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * The key of an endpoint, and what to do about one that is absent or refused; `another` says where another variable can be named. Throws a
 * ModelError where a key is needed and absent.
 */
export function keyFor(
  spec: RemoteSpec,
  { keyVariable, environment = process.env }: KeyPlaces,
  another: string,
): { readonly key: string | undefined; readonly keyRemedy: string } {
  const variable = keyVariable ?? (spec.kind === "hf" ? "HF_TOKEN" : "OPENAI_API_KEY");
  const { endpoint } = addressOf(spec);
  const key = keyVariable !== undefined || isPrivate(endpoint) ? readKey(variable, environment) : undefined;
  if (key !== undefined) {
    return {
      key,
      keyRemedy:
        `Check the key in the environment variable ${variable}, and what it may be used for. ${another}`.trimEnd(),
    };
  }
  const needed = keyVariable !== undefined || spec.kind === "hf" || endpoint === openaiEndpoint;
  if (needed) {
    throw new ModelError("refused-key", `${formatSpec(spec)} needs a key, and ${variable} is not set`, {
      remedy: `Set the environment variable ${variable} to the key. ${another}`.trimEnd(),
    });
  }
  const keyRemedy = isPrivate(endpoint)
    ? `No key was sent. Set the environment variable ${variable}. ${another}`
    : `No key was sent, since the way to the endpoint is not encrypted. Take an address that begins with https. ${another}`;
  return { key, keyRemedy: keyRemedy.trimEnd() };
}

/** Nobody reads along: the way is encrypted, or leads to this machine. A key goes elsewhere only where it was named for that. */
function isPrivate(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  const loopback = isIPv4(hostname) ? hostname.startsWith("127.") : ["localhost", "[::1]"].includes(hostname);
  return protocol === "https:" || loopback;
}
