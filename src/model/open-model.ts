/**
 * From a model's spelling to the model.
 */
import { isIPv4 } from "node:net";
import { UsageError } from "../errors.ts";
import { ModelError, type ChatModel, type Sampling } from "./chat-model.ts";
import { createEndpointModel } from "./endpoint-model.ts";
import { createGgufModel } from "./gguf-model.ts";
import {
  addressOf,
  formatSpec,
  modelName,
  openaiEndpoint,
  parseSpec,
  type ModelSpec,
  type RemoteSpec,
} from "./model-spec.ts";
import { priceOf } from "./prices.ts";
import { openRecordedModel } from "./recorded-model.ts";
import { readKey } from "./secret.ts";
import { rewriterSpec, type TeamMember } from "./team.ts";

/** The settings of a team's member, which is itself such an object. */
export interface OpenModelOptions extends Partial<Omit<TeamMember, "name" | "spec">> {
  /** Where keys are. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Opens `hf:…`, `openai:…`, `gguf:…` or `recorded:…`. Throws a UsageError for a spec that is none, a MachineError for what is missing here,
 * and a ModelError where a key is needed and absent, or a file is no model. Nothing is sent yet.
 */
export async function openModel(specText: string, options: OpenModelOptions = {}): Promise<ChatModel> {
  if (specText === rewriterSpec) {
    throw new UsageError(`${rewriterSpec} is a team that needs no model`, {
      remedy: "As a library: defaultTeam().",
    });
  }
  const spec = parseSpec(specText);
  const model = await openKind(spec, options);
  return options.sampling === undefined ? model : withSampling(model, options.sampling);
}

async function openKind(spec: ModelSpec, options: OpenModelOptions): Promise<ChatModel> {
  const name = modelName(formatSpec(spec));
  const { limits, contextTokens, threads, gpu } = options;
  switch (spec.kind) {
    case "hf":
    case "openai":
      return createEndpointModel({
        name,
        ...addressOf(spec),
        ...keyFor(spec, options),
        limits,
        contextTokens,
        price: options.price ?? priceOf(name),
      });
    case "gguf":
      return createGgufModel({
        path: spec.path,
        name,
        contextTokens,
        threads,
        gpu,
        limits,
        price: options.price,
      });
    case "recorded":
      return openRecordedModel(spec.path, name);
  }
}

/** Nobody reads along: the way is encrypted, or leads to this machine. A key goes elsewhere only where it was named for that. */
function isPrivate(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  const loopback = isIPv4(hostname) ? hostname.startsWith("127.") : ["localhost", "[::1]"].includes(hostname);
  return protocol === "https:" || loopback;
}

/** The key of an endpoint, and what to do about one that is absent or refused. */
function keyFor(
  spec: RemoteSpec,
  { keyVariable, environment = process.env }: OpenModelOptions,
): { readonly key: string | undefined; readonly keyRemedy: string } {
  const variable = keyVariable ?? (spec.kind === "hf" ? "HF_TOKEN" : "OPENAI_API_KEY");
  const { endpoint } = addressOf(spec);
  const key = keyVariable !== undefined || isPrivate(endpoint) ? readKey(variable, environment) : undefined;
  const another = 'A team file can name another variable as "keyVariable".';
  if (key !== undefined) {
    return {
      key,
      keyRemedy: `Check the key in the environment variable ${variable}, and what it may be used for. ${another}`,
    };
  }
  const needed = keyVariable !== undefined || spec.kind === "hf" || endpoint === openaiEndpoint;
  if (needed) {
    throw new ModelError("refused-key", `${formatSpec(spec)} needs a key, and ${variable} is not set`, {
      remedy: `Set the environment variable ${variable} to the key. ${another}`,
    });
  }
  const keyRemedy = isPrivate(endpoint)
    ? `No key was sent. Set the environment variable ${variable}. ${another}`
    : 'No key was sent, since the way to the endpoint is not encrypted. Name the variable of its key in a team file, as "keyVariable".';
  return { key, keyRemedy };
}

/** What the team says about sampling goes before what an agent asks for. */
function withSampling(
  model: ChatModel,
  settings: { readonly [Name in keyof Sampling]?: Sampling[Name] | undefined },
): ChatModel {
  const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return {
    name: model.name,
    contextTokens: model.contextTokens,
    price: model.price,
    complete: ({ messages, sampling }, options) =>
      model.complete({ messages, sampling: { ...sampling, ...set } }, options),
    close: () => model.close(),
  };
}
