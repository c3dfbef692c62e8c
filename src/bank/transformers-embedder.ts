/**
 * An embedder that knows synonyms: a sentence model run by transformers.js, which is an optional peer and is imported here and only
 * when asked for. A sentence model was not trained on code, so code is put into words first: what its loops do, as
 * `code/features.ts` says it. (Descriptions are the better key for code: see RAS in the literature on retrieval for optimisation.)
 */
import { listFunctions } from "../code/find-function.ts";
import { codeFeatures } from "../code/features.ts";
import type { Language } from "../code/language.ts";
import { loadGrammars, parse } from "../code/parser.ts";
import { MachineError } from "../errors.ts";
import type { Embedder } from "./bank.ts";

export interface TransformersEmbedderOptions {
  /** As on the Hugging Face hub, or the name of a folder in `localModelPath`: `all-MiniLM-L6-v2`. */
  readonly model: string;
  /** A folder of models; nothing is then downloaded. */
  readonly localModelPath?: string | undefined;
}

/** Part of a bank's embedder id: raise it whenever the way to the vectors changes. */
const version = 1;
const packageName = "@huggingface/transformers";
const precision = "q8";
const batchSize = 16;
const longestText = 8000;
const mostFunctions = 4;
const longestFunction = 16 * 1024;

/** What is used of the package; it is not there when this is compiled. */
interface Transformers {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly pipeline: (
    task: "feature-extraction",
    model: string,
    options: { dtype: string },
  ) => Promise<Extractor>;
}

type Extractor = (
  texts: string[],
  options: { pooling: "mean"; normalize: true },
) => Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;

/**
 * Loads the model. Throws a MachineError that says what to install where the package is absent, and where to look where the model
 * cannot be loaded.
 */
export async function createTransformersEmbedder(options: TransformersEmbedderOptions): Promise<Embedder> {
  const extractor = await loadModel(options, await importTransformers());

  async function embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batchSize) {
      const batch = texts.slice(start, start + batchSize).map((text) => text.slice(0, longestText));
      const { dims, data } = await extractor(batch, { pooling: "mean", normalize: true });
      const size = dims.at(-1) ?? 0;
      for (let index = 0; index < batch.length; index++) {
        vectors.push(Float32Array.from(data.subarray(index * size, (index + 1) * size)));
      }
    }
    return vectors;
  }

  const [probe] = await embed(["How many dimensions?"]);
  return {
    id: `transformers-${version}:${options.model}:${precision}`,
    dimensions: probe?.length ?? 0,
    embedText: embed,
    async embedCode(sources) {
      await loadGrammars();
      return embed(sources.map(({ text, language }) => describeCode(text, language)));
    },
  };
}

async function importTransformers(): Promise<Transformers> {
  try {
    return (await import(packageName)) as Transformers;
  } catch (error) {
    throw new MachineError(`the package ${packageName}, which runs embedding models, cannot be loaded`, {
      remedy:
        `install it beside lessonbank: ONNXRUNTIME_NODE_INSTALL=skip npm install ${packageName} ` +
        "(about 500 MB), or use the structural embedder, which needs nothing",
      cause: error,
    });
  }
}

async function loadModel(
  { model, localModelPath }: TransformersEmbedderOptions,
  { env, pipeline }: Transformers,
): Promise<Extractor> {
  if (localModelPath !== undefined) {
    env.localModelPath = localModelPath;
    env.allowRemoteModels = false;
  }
  try {
    return await pipeline("feature-extraction", model, { dtype: precision });
  } catch (error) {
    throw new MachineError(`the embedding model ${model} cannot be loaded`, {
      remedy:
        localModelPath === undefined
          ? "check its name and the network, or name a folder of models that are on disk"
          : `check that ${localModelPath} has a folder of that name with config.json, tokenizer.json and onnx/model_quantized.onnx`,
      cause: error,
    });
  }
}

/** The features of the functions with the most text, in words; a file without functions is taken as it is. */
function describeCode(source: string, language: Language): string {
  const tree = parse(source, language);
  try {
    const phrases = listFunctions(tree.rootNode)
      .filter(({ node }) => node.endIndex - node.startIndex <= longestFunction)
      .toSorted((left, right) => right.node.text.length - left.node.text.length)
      .slice(0, mostFunctions)
      .flatMap(({ qualifiedName, parameterTypes }) => {
        return codeFeatures(source, language, `${qualifiedName}(${parameterTypes.join(", ")})`).phrases;
      });
    return phrases.length === 0 ? source : [...new Set(phrases)].join("; ");
  } finally {
    tree.delete();
  }
}
