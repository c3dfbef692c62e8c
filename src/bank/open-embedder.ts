/**
 * From an embedder's spelling to the embedder.
 */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import { keyFor } from "../model/endpoint-key.ts";
import type { LimitSettings } from "../model/limits.ts";
import { addressOf, formatSpec } from "../model/model-spec.ts";
import { parseEmbedderSpec, type EmbedderSpec } from "./embedder-spec.ts";
import { createHuggingFaceEmbedder } from "./hugging-face-embedder.ts";
import { createHybridEmbedder } from "./hybrid-embedder.ts";
import { createOpenaiEmbedder } from "./openai-embedder.ts";
import type { Embedder } from "./bank.ts";
import { createStructuralEmbedder } from "./structural-embedder.ts";
import { createTransformersEmbedder } from "./transformers-embedder.ts";

export interface OpenEmbedderOptions {
  /** The folder that relative paths start from. Default: the process's. */
  readonly directory?: string | undefined;
  /** Where keys are: `HF_TOKEN`, `OPENAI_API_KEY`. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** How long and how often an endpoint is waited for. */
  readonly limits?: LimitSettings | undefined;
  /** Where downloaded models are kept. Default: where transformers.js keeps them. */
  readonly cacheFolder?: string | undefined;
}

const hubName = /^[\w.-]+(?:\/[\w.-]+)?$/;

/**
 * Opens `structural`, `transformers:…`, `hf:…`, `openai:…` or `hybrid:…`; see `embedder-spec.ts`. A model is loaded, or asked once. Throws a UsageError for
 * a spec that is none, a MachineError for what is missing here, and a ModelError where an endpoint does not embed.
 */
export async function openEmbedder(spec: string, options: OpenEmbedderOptions = {}): Promise<Embedder> {
  return openParsed(parseEmbedderSpec(spec), options);
}

async function openParsed(spec: EmbedderSpec, options: OpenEmbedderOptions): Promise<Embedder> {
  switch (spec.kind) {
    case "structural":
      return createStructuralEmbedder();
    case "transformers": {
      const { query, document, ...settings } = spec.settings;
      const place = placeOf(spec.place, options.directory ?? process.cwd());
      const { cacheFolder } = options;
      return createTransformersEmbedder({
        ...place,
        ...settings,
        cacheFolder,
        prefixes: prefixesOf(query, document),
      });
    }
    case "hybrid": {
      const second = await openParsed(spec.with, options);
      return createHybridEmbedder({ first: createStructuralEmbedder(), second, weight: spec.weight });
    }
    case "remote": {
      const { query, document, wording } = spec.settings;
      const { environment, limits } = options;
      const key = keyFor(spec.spec, { environment }, "");
      const common = { ...key, limits, wording, prefixes: prefixesOf(query, document) };
      const { model, endpoint } = addressOf(spec.spec);
      if (spec.spec.kind === "hf") return createHuggingFaceEmbedder({ ...common, model });
      return createOpenaiEmbedder({ ...common, name: formatSpec(spec.spec), model, endpoint });
    }
  }
}

function prefixesOf(query: string | undefined, document: string | undefined) {
  return { ...(query !== undefined && { query }), ...(document !== undefined && { document }) };
}

/** A folder that is there, or is spelt like one; else a name on the hub. */
function placeOf(text: string, directory: string): { model: string; localModelPath?: string } {
  const path = resolve(directory, text);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  if (isFolder) return { model: basename(path), localModelPath: dirname(path) };
  if (isAbsolute(text) || text.startsWith(".") || text.startsWith("~") || !hubName.test(text)) {
    throw new UsageError(`transformers:${text} names a folder that is not there`, {
      remedy: "name the folder of a model (config.json, tokenizer.json, onnx/), or a model as ORG/MODEL",
    });
  }
  return { model: text };
}
