/**
 * An embedder that knows synonyms: a sentence model run by transformers.js, which is an optional peer and is imported here and only
 * when asked for. A sentence model was not trained on code, so code is put into words first (`code-description.ts`).
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LessonbankError, MachineError } from "../errors.ts";
import type { Embedder } from "./bank.ts";
import { codeWordings, describeCode, descriptionVersion, type CodeWording } from "./code-description.ts";
import { toUnit } from "./hashed-vector.ts";
import { prefixesInId, type EmbeddingPrefixes, type EmbeddingPurpose } from "./purpose.ts";
import { readSentenceSettings, type Pooling, type SentenceSettings } from "./sentence-settings.ts";

export interface TransformersEmbedderOptions {
  /** As on the Hugging Face hub (`Xenova/all-MiniLM-L6-v2`), or the name of a folder in `localModelPath`: `all-MiniLM-L6-v2`. */
  readonly model: string;
  /** A folder of models; nothing is then downloaded. */
  readonly localModelPath?: string | undefined;
  /** Where downloaded models are kept. Default: where transformers.js keeps them. */
  readonly cacheFolder?: string | undefined;
  /** Branch, tag or commit on the hub. Default `main`. */
  readonly revision?: string | undefined;
  /** Precision of the weights. Default `q8`. */
  readonly precision?: Precision | undefined;
  /** Default: what the model's own configuration says; the mean where it says nothing. */
  readonly pooling?: Pooling | undefined;
  /** What goes before a text, for models that were trained so. Default: what the model's own configuration says. */
  readonly prefixes?: Partial<EmbeddingPrefixes> | undefined;
  /** How code is put into words. Default `features`. */
  readonly wording?: CodeWording | undefined;
}

/** The precisions of transformers.js, each with the end of its file's name. */
const weightFiles = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
} as const;
export type Precision = keyof typeof weightFiles;
export const precisions = Object.keys(weightFiles) as readonly Precision[];

/** Part of a bank's embedder id: raise it whenever the way to the vectors changes. */
const version = 2;
const packageName = "@huggingface/transformers";
const batchSize = 16;
/** A tokenizer would take its time with more, and throw it away: no model's limit is so high. */
const longestText = 64 * 1024;
const settingsFile = "lessonbank-settings.json";

/** What is used of the package; it is not there when this is compiled. */
interface Transformers {
  readonly env: {
    localModelPath: string;
    cacheDir: string | null;
    readonly remoteHost: string;
    readonly remotePathTemplate: string;
  };
  readonly pipeline: (
    task: "feature-extraction",
    model: string,
    options: { dtype: string; revision: string; local_files_only: boolean; cache_dir: string | null },
  ) => Promise<Extractor>;
}

interface Extractor {
  (
    texts: string[],
    options: { pooling: Pooling; normalize: true },
  ): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;
  readonly tokenizer: { readonly model_max_length: number };
  readonly model: { readonly config: { readonly max_position_embeddings?: unknown } };
}

/**
 * Loads the model, from the folder, from the cache or from the hub. Texts are cut where the model's own limit of tokens is (512 for most,
 * some 2,000 characters), without a word about it. Vectors have length 1. The id names the model with the fingerprint of its weights (with the
 * revision, where those cannot be read), precision, pooling, prefixes and the wording of code.
 *
 * Throws a MachineError that says what to install where the package is absent, and where to look where the model cannot be loaded.
 */
export async function createTransformersEmbedder(options: TransformersEmbedderOptions): Promise<Embedder> {
  const { model, precision = "q8", wording = codeWordings[0] } = options;
  const transformers = await importTransformers();
  const extractor = await loadModel(options, transformers);
  const own = await settingsOf(options, transformers);
  const pooling = options.pooling ?? own.pooling;
  const prefixes = { ...own.prefixes, ...withoutAbsent(options.prefixes) };
  const pinned = await fingerprint(options, transformers);
  // In a batch shorter texts are filled up at their end, so the last token of a text is not the last of its row.
  const atOnce = pooling === "last_token" ? 1 : batchSize;

  async function embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += atOnce) {
      const batch = texts.slice(start, start + atOnce).map((text) => text.slice(0, longestText));
      const { dims, data } = await extractor(batch, { pooling, normalize: true });
      const size = dims.at(-1) ?? 0;
      for (let index = 0; index < batch.length; index++) {
        vectors.push(toUnit(Float32Array.from(data.subarray(index * size, (index + 1) * size))));
      }
    }
    return vectors;
  }

  const [probe] = await embed(["How many dimensions?"]);
  const name = model.split("/").at(-1) ?? model;
  return {
    id:
      `transformers-${version}:${name}@${pinned}:${precision}:${pooling}` +
      `:${wording}-${descriptionVersion}${prefixesInId(prefixes)}`,
    dimensions: probe?.length ?? 0,
    embedText: (texts, purpose: EmbeddingPurpose = "document") =>
      embed(texts.map((text) => prefixes[purpose] + text)),
    embedCode: async (sources) =>
      embed((await describeCode(sources, wording)).map((text) => prefixes.document + text)),
  };
}

async function importTransformers(): Promise<Transformers> {
  try {
    return (await import(packageName)) as Transformers;
  } catch (error) {
    throw new MachineError(`the package ${packageName}, which runs embedding models, cannot be loaded`, {
      remedy:
        `install it beside lessonbank: ONNXRUNTIME_NODE_INSTALL=skip npm install ${packageName} ` +
        "(about 500 MB; in a checkout of lessonbank add --no-save --save-dev: npm 11 leaves optional peers out), or use the structural embedder, which needs nothing",
      cause: error,
    });
  }
}

/** One model after the other: where local ones are is a setting of the whole package. */
let lastLoad: Promise<unknown> = Promise.resolve();

function loadModel(options: TransformersEmbedderOptions, transformers: Transformers): Promise<Extractor> {
  const loaded = lastLoad.then(() => loadAlone(options, transformers));
  lastLoad = loaded.catch(() => undefined);
  return loaded;
}

async function loadAlone(
  { model, localModelPath, cacheFolder, revision = "main", precision = "q8" }: TransformersEmbedderOptions,
  { env, pipeline }: Transformers,
): Promise<Extractor> {
  if (localModelPath !== undefined) env.localModelPath = localModelPath;
  try {
    const extractor = await pipeline("feature-extraction", model, {
      dtype: precision,
      revision,
      local_files_only: localModelPath !== undefined,
      cache_dir: cacheFolder ?? env.cacheDir,
    });
    limitTokens(extractor);
    return extractor;
  } catch (error) {
    const file = `onnx/model${weightFiles[precision]}.onnx`;
    throw new MachineError(`the embedding model ${model} cannot be loaded: ${reasonOf(error)}`, {
      remedy:
        localModelPath === undefined
          ? "check its name and the network (models are downloaded once, from huggingface.co), or name a folder with the model"
          : `check that ${localModelPath} has a folder of that name with config.json, tokenizer.json and ${file}`,
      cause: error,
    });
  }
}

/** Not every tokenizer knows how much its model takes, and a model that is given more fails. */
function limitTokens({ tokenizer, model }: Extractor): void {
  const positions = model.config.max_position_embeddings;
  if (typeof positions !== "number" || tokenizer.model_max_length <= positions) return;
  Object.defineProperty(tokenizer, "model_max_length", { value: positions });
}

/** In the model's folder or, for one that is downloaded, beside its files in the cache, so that it needs the network only once. */
async function settingsOf(
  options: TransformersEmbedderOptions,
  transformers: Transformers,
): Promise<SentenceSettings> {
  const folder = folderOf(options, transformers);
  if (options.localModelPath !== undefined && folder !== undefined) {
    return readSentenceSettings((file) => readJson(join(folder, file)));
  }
  const kept = folder === undefined ? undefined : join(folder, settingsFile);
  const files = new Map(
    Object.entries((kept === undefined ? undefined : await readJson(kept)) ?? {}) as [string, unknown][],
  );
  const asked = files.size;
  const settings = await readSentenceSettings(async (file) => {
    if (!files.has(file)) files.set(file, (await downloadJson(file, options, transformers)) ?? null);
    return files.get(file);
  });
  if (kept !== undefined && files.size > asked) {
    // Kept for the next time; where it cannot be written, the next time asks again.
    await mkdir(dirname(kept), { recursive: true })
      .then(() => writeFile(kept, JSON.stringify(Object.fromEntries(files))))
      .catch(() => undefined);
  }
  return settings;
}

/** Undefined for a file that the hub does not have. */
async function downloadJson(
  file: string,
  { model, revision = "main" }: TransformersEmbedderOptions,
  { env }: Transformers,
): Promise<unknown> {
  const path = env.remotePathTemplate
    .replaceAll("{model}", model)
    .replaceAll("{revision}", encodeURIComponent(revision));
  try {
    const answer = await fetch(new URL(path + file, env.remoteHost), { signal: AbortSignal.timeout(30_000) });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return await answer.json();
  } catch (error) {
    throw new MachineError(`${file} of the embedding model ${model} cannot be read: ${reasonOf(error)}`, {
      remedy:
        "check the network: how the model pools its vectors stands there; or name a folder with the model",
      cause: error,
    });
  }
}

/** Undefined where the file is absent or holds no JSON. */
async function readJson(file: string): Promise<object | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, "utf8"));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Where the model's files are. Undefined for a cache that is no folder. */
function folderOf(
  { model, localModelPath, cacheFolder, revision = "main" }: TransformersEmbedderOptions,
  { env }: Transformers,
): string | undefined {
  if (localModelPath !== undefined) return join(localModelPath, model);
  const cache = cacheFolder ?? env.cacheDir;
  if (cache === null) return undefined;
  return revision === "main" ? join(cache, model) : join(cache, model, revision);
}

/** Of weights and tokenizer: a branch's name says nothing about what is in it. The revision, where the files cannot be read. */
async function fingerprint(
  options: TransformersEmbedderOptions,
  transformers: Transformers,
): Promise<string> {
  const { precision = "q8", revision = "main" } = options;
  const folder = folderOf(options, transformers);
  if (folder === undefined) return revision;
  try {
    const hash = createHash("sha256");
    for (const file of [`onnx/model${weightFiles[precision]}.onnx`, "tokenizer.json"]) {
      hash.update(await readFile(join(folder, file)));
    }
    return hash.digest("hex").slice(0, 12);
  } catch {
    return revision;
  }
}

function withoutAbsent(prefixes: Partial<EmbeddingPrefixes> = {}): Partial<EmbeddingPrefixes> {
  return Object.fromEntries(Object.entries(prefixes).filter(([, value]) => value !== undefined));
}

function reasonOf(error: unknown): string {
  if (error instanceof LessonbankError || !(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${error.message}${cause}`.split("\n")[0]?.slice(0, 300) ?? "";
}
