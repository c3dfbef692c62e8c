/**
 * From `src/parse.c:parse_number` to the function: what the user names is found, or it is said why not, and what is there instead.
 */
import { statSync } from "node:fs";
import { basename, isAbsolute, normalize, relative, resolve } from "node:path";
import { type FunctionCandidate, functionsNamed, splitName } from "../../code/find-function.ts";
import type { Language } from "../../code/language.ts";
import { nearest } from "../../code/nearest.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { UsageError } from "../../errors.ts";
import {
  functionsIn,
  type FunctionPlace,
  languageIn,
  listSources,
  longestFile,
  readSourceText,
  type ReadFailure,
  saysGenerated,
} from "./sources.ts";

export interface NamedFunction {
  readonly place: FunctionPlace;
  /** What finds it in the file again: the qualified name, with parameter types where that is needed. */
  readonly name: string;
  /** The file's whole text. */
  readonly text: string;
  /** Said where the file looks generated: a change of it would be lost. */
  readonly warning?: string;
}

const reasons: Readonly<Record<ReadFailure, readonly [problem: string, remedy: string]>> = {
  absent: [
    "there is no such file in the repository",
    "write FILE:FUNCTION, with the path from the repository's root",
  ],
  "not-a-file": ["it is no plain file", "name the file itself, not a link to it or a folder"],
  "behind-link": [
    "its folder is a link, or lies behind one",
    "name the file by the folder that it really lies in; what is outside of the repository cannot be patched",
  ],
  "too-long": [`it is longer than ${longestFile / 1024} KiB`, "move the function into a file of its own"],
  binary: ["it holds zero bytes, so it is no source text", "name a source file"],
  "not-utf-8": ["it is not UTF-8", "convert it: iconv -f latin1 -t utf-8 FILE"],
  unreadable: ["it cannot be read", "see that you may read it"],
};

/** Throws a UsageError with what is there instead. */
export async function findNamed(root: string, argument: string): Promise<NamedFunction> {
  const { file, name } = split(root, argument);
  const language = await languageIn(root, file);
  if (!language)
    throw new UsageError(`${file}: its ending names no language that can be worked on`, {
      remedy:
        "C, C++, Python, JavaScript and TypeScript can: .c .h .cc .cpp .cxx .hpp .py .js .mjs .cjs .jsx .ts .mts .tsx",
    });
  const read = await readSourceText(root, file);
  if ("failure" in read) {
    const [problem, remedy] = reasons[read.failure];
    const near = read.failure === "absent" ? await nearFile(root, file) : undefined;
    throw new UsageError(`${file}: ${problem}`, {
      remedy: near === undefined ? remedy : `did you mean ${near}?`,
    });
  }
  const all = await functionsIn(file, language, read.text);
  const place = choose(all, await fitting(read.text, language, name), name, argument);
  return {
    place,
    name: place.name,
    text: read.text,
    ...(saysGenerated(read.text) && {
      warning: `${file} says that it is generated: a change of it is lost when it is generated anew`,
    }),
  };
}

function split(root: string, argument: string): { file: string; name: string } {
  const colon = firstColon(root, argument);
  if (colon === undefined)
    throw new UsageError(`${argument}: which function of which file?`, {
      remedy: "write FILE:FUNCTION, such as src/parse.c:parse_number",
    });
  const path = argument.slice(0, colon);
  const file = isAbsolute(path) ? relative(root, resolve(path)) : normalize(path);
  if (file.startsWith("..") || isAbsolute(file))
    throw new UsageError(`${path} lies outside of the repository`, { remedy: "name a file below its root" });
  return { file, name: argument.slice(colon + 1) };
}

/** The first before which there is a file; else the first at all. */
function firstColon(root: string, argument: string): number | undefined {
  const colons = [...argument.matchAll(/:/g)]
    .map(({ index }) => index)
    .filter((index) => index > 0 && argument[index + 1] !== ":" && index < argument.length - 1);
  return (
    colons.find((index) =>
      statSync(resolve(root, argument.slice(0, index)), { throwIfNoEntry: false })?.isFile(),
    ) ?? colons[0]
  );
}

async function nearFile(root: string, file: string): Promise<string | undefined> {
  const files = (await listSources(root)).map((source) => source.file);
  return files.find((other) => basename(other) === basename(file)) ?? nearest(file, files);
}

async function fitting(text: string, language: Language, name: string): Promise<FunctionCandidate[]> {
  await loadGrammarsOf([language]);
  const tree = parse(text, language);
  try {
    return functionsNamed(tree.rootNode, name);
  } finally {
    tree.delete();
  }
}

function choose(
  all: readonly FunctionPlace[],
  fitting: readonly FunctionCandidate[],
  name: string,
  argument: string,
): FunctionPlace {
  const fits = all.filter((place) =>
    fitting.some((each) => each.name === place.name && each.line === place.firstLine),
  );
  const [only, ...others] = fits;
  if (only && others.length === 0) return only;
  if (only) {
    const listed = fits.map((fit) => `${fit.name} (line ${fit.firstLine})`);
    throw new UsageError(`${argument} fits ${fits.length} functions: ${listed.join(", ")}`, {
      remedy: "write one of these names",
    });
  }
  const { path } = splitName(name);
  const names = all.map((place) => place.definition.qualifiedName);
  const near = nearest(path, names);
  const some = names.slice(0, 12).join(", ") + (names.length > 12 ? `, and ${names.length - 12} more` : "");
  throw new UsageError(`${argument}: there is no such function in the file`, {
    remedy:
      near === undefined
        ? names.length === 0
          ? "there is no function in it at all"
          : `it has ${some}`
        : `did you mean ${near}?`,
  });
}
