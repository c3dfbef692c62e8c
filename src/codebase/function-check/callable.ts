/**
 * How a function of a source text is called, and how long its arrays are, as far as its code shows it.
 */
import { basename, dirname } from "node:path";
import { TaskError } from "../../errors.ts";
import { findFunction } from "../../task/find-function.ts";
import { withEntry } from "../../task/infer/entry.ts";
import { inferTask, taskFrom, type InferredTask } from "../../task/infer/infer.ts";
import { solveLengths } from "../../task/infer/lengths.ts";
import { walk } from "../../task/infer/walk.ts";
import { signatureOf } from "../../task/parse-signature.ts";
import { readSource } from "../../task/read-source.ts";
import type { RawRule } from "../../task/schema.ts";
import type { Signature } from "../../task/signature.ts";
import type { CompiledLanguage } from "../../task/task.ts";

export interface Callable {
  readonly signature: Signature;
  readonly inferred: Pick<InferredTask, "file" | "directory" | "text" | "changed" | "draft">;
}

/** `file` holds `text`. Throws a TaskError where it cannot be called. */
export async function callable(
  file: string,
  text: string,
  language: CompiledLanguage,
  functionName: string,
): Promise<Callable> {
  try {
    const inferred = await inferTask(file, functionName);
    return { inferred, signature: (await taskFrom(inferred)).signature };
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    return withoutAllLengths(file, text, language, functionName);
  }
}

/** Where a length is not seen: a recorded string, for one, brings its own. */
async function withoutAllLengths(
  file: string,
  original: string,
  language: CompiledLanguage,
  functionName: string,
): Promise<Callable> {
  const { text, entry } = await withEntry({ file, text: original, language, function: functionName });
  const source = await readSource({ file, text, language });
  const target = findFunction(source, functionName, { callable: entry === undefined });
  const called = entry === undefined ? target : findFunction(source, entry, { callable: true });
  const signature = signatureOf(source, called);
  const lengths = solveLengths(signature, walk(source, target, signature));
  const ruleOf = (name: string): RawRule => {
    if (lengths.sizes.includes(name)) return { value: name };
    const length = lengths.lengths.get(name);
    return length && !length.assumed ? { length: length.text } : {};
  };
  return {
    signature,
    inferred: {
      file,
      directory: dirname(file),
      text,
      changed: text !== original,
      draft: {
        source: basename(file),
        function: functionName,
        ...(entry !== undefined && { entry }),
        language,
        sizes: { minimum: Object.fromEntries([...lengths.minimum].filter(([, least]) => least > 0)) },
        inputs: Object.fromEntries(signature.parameters.map(({ name }) => [name, ruleOf(name)])),
      },
    },
  };
}
