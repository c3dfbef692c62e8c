/**
 * Reads a source file once, so that functions can be looked up in it.
 */
import { loadGrammars, parse } from "../code/parser.ts";
import type { CompiledLanguage } from "../code/language.ts";
import { collectDeclarations, type Declarations } from "./declarations.ts";
import { preprocess, type Preprocessed } from "./preprocess.ts";

export interface SourceRequest {
  /** For messages: the source's file name. */
  readonly file: string;
  readonly text: string;
  readonly language: CompiledLanguage;
  /** `-D` flags decide conditionals of the source. */
  readonly flags?: readonly string[] | undefined;
}

/** A source file, read once, in which functions can be looked up. */
export interface ReadSource {
  readonly file: string;
  readonly language: CompiledLanguage;
  readonly preprocessed: Preprocessed;
  readonly declarations: Declarations;
}

/** Reads a source file's declarations. */
export async function readSource(request: SourceRequest): Promise<ReadSource> {
  await loadGrammars();
  const preprocessed = preprocess(request.text, request.language, request.flags);
  const root = parse(withComplexNames(preprocessed.text), request.language).rootNode;
  return {
    file: request.file,
    language: request.language,
    preprocessed,
    declarations: collectDeclarations(root),
  };
}

/** The grammars know no `_Complex`, so its two types become names of ours. */
function withComplexNames(text: string): string {
  return text.replaceAll(
    /(?<!\blong\s+)\b(float|double)\s+_Complex\b|\b_Complex\s+(float|double)\b/g,
    (_, after, before) => ((after ?? before) === "float" ? "lessonbank_c64" : "lessonbank_c128"),
  );
}
