/**
 * From a model's spelling to the model.
 */
import { UsageError } from "../errors.ts";
import type { ChatModel, Sampling } from "./chat-model.ts";
import { keyFor } from "./endpoint-key.ts";
import { createEndpointModel } from "./endpoint-model.ts";
import { createGgufModel } from "./gguf-model.ts";
import { addressOf, formatSpec, modelName, parseSpec, type ModelSpec } from "./model-spec.ts";
import { priceOf } from "./prices.ts";
import { openRecordedModel } from "./recorded-model.ts";
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
        ...keyFor(spec, options, 'A team file can name another variable as "keyVariable".'),
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
