/**
 * The spelling of a model: what kind it is, where it is, and which.
 *
 *     hf:ORG/MODEL            Hugging Face inference providers, any that serves it
 *     hf:ORG/MODEL@PROVIDER   one of them
 *     openai:MODEL            OpenAI itself
 *     openai:MODEL@URL        any endpoint that speaks OpenAI's protocol
 *     gguf:PATH               a file on this machine
 *     recorded:PATH           replies from a file of JSON lines
 *
 * The kind ends at the first colon. An endpoint begins at the first `@http://` or `@https://`, so that a model's name may hold colons,
 * slashes and at signs. A spec holds no secret: it stands in journals, and a model can be opened from it again.
 */
import { basename } from "node:path";
import { nearest } from "../code/nearest.ts";
import { UsageError } from "../errors.ts";

export type ModelSpec =
  | { readonly kind: "hf"; readonly model: string; readonly provider?: string }
  | { readonly kind: "openai"; readonly model: string; readonly endpoint: string }
  | { readonly kind: "gguf"; readonly path: string }
  | { readonly kind: "recorded"; readonly path: string };

/** A model behind an endpoint. */
export type RemoteSpec = Extract<ModelSpec, { kind: "hf" | "openai" }>;

export const modelKinds = ["hf", "openai", "gguf", "recorded"] as const;

export const openaiEndpoint = "https://api.openai.com/v1";
/** Hugging Face's router to its inference providers, which speaks OpenAI's protocol too. */
const huggingFaceEndpoint = "https://router.huggingface.co/v1";

const spellings = "hf:ORG/MODEL, hf:ORG/MODEL@PROVIDER, openai:MODEL@URL, gguf:PATH or recorded:PATH";
const huggingFaceModel = /^([\w.-]+\/[\w.-]+)(?:@([\w-]+))?$/;
const endpointStart = /@(?=https?:\/\/)/i;
/** Keys of OpenAI, Hugging Face and those who copied them begin so. */
const likelyKey = /\b(?:sk-[\w-]{12,}|hf_\w{12,})/;

/** Throws a UsageError that says what is wrong and how a spec is spelt, and never repeats a secret. */
export function parseSpec(text: string): ModelSpec {
  if (likelyKey.test(text)) {
    throw new UsageError("a model's spec holds what looks like a key", {
      remedy: "Keys are read from the environment alone. If it was shown to anybody, have it replaced.",
    });
  }
  const colon = text.indexOf(":");
  const kind = text.slice(0, Math.max(0, colon));
  const rest = text.slice(colon + 1);
  if (colon < 0 || !isKind(kind)) throw unknownKind(colon < 0 ? text : kind);
  if (rest.trim() !== rest || rest === "" || hasControls(rest)) {
    throw new UsageError(`${kind}: names no model`, { remedy: `Spell it ${spellings}.` });
  }
  switch (kind) {
    case "hf":
      return parseHuggingFace(rest);
    case "openai":
      return parseOpenai(rest);
    case "gguf":
    case "recorded":
      return { kind, path: rest };
  }
}

/** The one spelling of a spec: `parseSpec` gives the same spec for it. */
export function formatSpec(spec: ModelSpec): string {
  switch (spec.kind) {
    case "hf":
      return `hf:${spec.model}${spec.provider === undefined ? "" : `@${spec.provider}`}`;
    case "openai":
      return `openai:${spec.model}${spec.endpoint === openaiEndpoint ? "" : `@${spec.endpoint}`}`;
    case "gguf":
    case "recorded":
      return `${spec.kind}:${spec.path}`;
  }
}

/** Where a model is asked, and what it is called there: Hugging Face's router takes the provider after the model's name. */
export function addressOf(spec: RemoteSpec): {
  readonly endpoint: string;
  readonly model: string;
} {
  if (spec.kind === "openai") return { endpoint: spec.endpoint, model: spec.model };
  const model = spec.provider === undefined ? spec.model : `${spec.model}:${spec.provider}`;
  return { endpoint: huggingFaceEndpoint, model };
}

/**
 * The address under which an endpoint's `/chat/completions` is found, in its one spelling. An address without a path gets `/v1`, which
 * is where Ollama, vLLM and llama.cpp have it. Throws a UsageError for an address that carries a secret or is none.
 */
export function parseEndpoint(text: string): string {
  const remedy = "An endpoint looks like http://127.0.0.1:11434/v1";
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError("a model's endpoint is not an address", { remedy });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new UsageError("a model's endpoint is not an address of http or https", { remedy });
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new UsageError(`the endpoint at ${url.host} holds a user, a password, a query or a fragment`, {
      remedy:
        `${remedy}. An address stands in journals and reports; a key goes into an environment variable, ` +
        'which a team file names as "keyVariable"',
    });
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/chat\/completions$/, "");
  return `${url.origin}${path === "" ? "/v1" : path}`;
}

function parseHuggingFace(rest: string): ModelSpec {
  const match = huggingFaceModel.exec(rest);
  const [, model, provider] = match ?? [];
  if (model === undefined) {
    throw new UsageError(`hf:${rest} names no model of Hugging Face`, {
      remedy:
        "Spell it hf:ORG/MODEL or hf:ORG/MODEL@PROVIDER: hf:Qwen/Qwen2.5-Coder-14B-Instruct. " +
        "An endpoint of your own is spelt openai:MODEL@URL.",
    });
  }
  return { kind: "hf", model, ...(provider !== undefined && { provider }) };
}

function parseOpenai(rest: string): ModelSpec {
  const at = endpointStart.exec(rest)?.index;
  const model = at === undefined ? rest : rest.slice(0, at);
  if (model === "" || /\s/.test(model) || model.includes("://")) {
    throw new UsageError("openai: names no model before its endpoint", {
      remedy: "Spell it openai:MODEL@URL: openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1",
    });
  }
  return {
    kind: "openai",
    model,
    endpoint: at === undefined ? openaiEndpoint : parseEndpoint(rest.slice(at + 1)),
  };
}

function unknownKind(text: string): UsageError {
  const near = nearest(text, modelKinds);
  const shown = hasControls(text) || text.length > 80 ? "that" : `"${text}"`;
  return new UsageError(`${shown} is no kind of model`, {
    remedy: `${near === undefined ? "" : `Did you mean "${near}:"? `}Spell a model ${spellings}.`,
  });
}

function isKind(text: string): text is (typeof modelKinds)[number] {
  return (modelKinds as readonly string[]).includes(text);
}

function hasControls(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u001f\u007f-\u009f]/.test(text);
}

/** What a model is called in messages and journals: its spec, but of a file only its name. Where it lies is that machine's business. */
export function modelName(specText: string): string {
  const spec = parseSpec(specText);
  return "path" in spec ? `${spec.kind}:${basename(spec.path)}` : formatSpec(spec);
}
