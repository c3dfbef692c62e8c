/**
 * What other files of a repository have to do with a function: types and functions that it names, and who calls it. For models' prompts.
 */
import { dirname } from "node:path";
import { isCompiled, type Language } from "../../code/language.ts";
import { loadGrammarsOf, parse } from "../../code/parser.ts";
import { type FunctionPlace, functionsIn, listSources, readSourceText } from "./sources.ts";

/** Characters of all of it; about 2,000 tokens. */
const longest = 7000;
/** Lines of one piece. */
const mostLines = 40;
/** Files that are read, the nearest first. */
const mostFiles = 200;
const mostCallers = 2;

/** As source text, each piece under a comment that names its file; undefined where there is nothing. */
export async function surroundingsOf(
  root: string,
  place: FunctionPlace,
  text: string,
): Promise<string | undefined> {
  const { language, file } = place;
  const own = text
    .split("\n")
    .slice(place.firstLine - 1, place.lastLine)
    .join("\n");
  const known = new Set((await functionsIn(file, language, text)).map(({ definition }) => definition.name));
  const words = new Set((own.match(/[A-Za-z_]\w{2,}/g) ?? []).filter((word) => !known.has(word)));
  const calls = new RegExp(String.raw`(?<!\w)${place.definition.name.replace(/\W/g, String.raw`\$&`)}\s*\(`);
  const declarations: string[] = [];
  const callers: string[] = [];
  for (const other of await filesNear(root, file, language, text)) {
    const read = await readSourceText(root, other);
    if ("failure" in read) continue;
    const shown = (lines: string): string => `${commentOf(`from ${other}`, language)}\n${lines}`;
    declarations.push(...(await declaringOne(read.text, language, words)).map(shown));
    if (callers.length < mostCallers && calls.test(read.text)) {
      const caller = (await functionsIn(other, language, read.text))
        .map(({ firstLine, lastLine }) => read.text.split("\n").slice(firstLine - 1, lastLine))
        .find((lines) => lines.length <= mostLines && calls.test(lines.join("\n")));
      if (caller) callers.push(shown(caller.join("\n")));
    }
  }
  const kept: string[] = [];
  let length = 0;
  for (const piece of [...callers.slice(0, 1), ...declarations, ...callers.slice(1)]) {
    if (length + piece.length > longest) continue;
    kept.push(piece);
    length += piece.length + 2;
  }
  return kept.length === 0 ? undefined : kept.join("\n\n");
}

/** Headers that the file includes, then sources of its language, those in its own folder first. */
async function filesNear(root: string, file: string, language: Language, text: string): Promise<string[]> {
  const folder = dirname(file) === "." ? "" : `${dirname(file)}/`;
  const headers = isCompiled(language)
    ? [...text.matchAll(/^\s*#\s*include\s*"([^"\n]+)"/gm)].flatMap(([, name = ""]) =>
        [`${folder}${name}`, name, `include/${name}`, `src/${name}`].filter((each) => !each.includes("..")),
      )
    : [];
  const sources = (await listSources(root))
    .filter((each) => each.language === language && each.origin === "own" && each.file !== file)
    .map((each) => each.file)
    .toSorted((a, b) => Number(b.startsWith(folder)) - Number(a.startsWith(folder)));
  return [...new Set([...headers, ...sources])].slice(0, mostFiles);
}

/** Pieces at the file's top level that declare one of the words; of long ones the head alone. */
async function declaringOne(text: string, language: Language, words: ReadonlySet<string>): Promise<string[]> {
  if (!(text.match(/[A-Za-z_]\w{2,}/g) ?? []).some((word) => words.has(word))) return [];
  await loadGrammarsOf([language]);
  const tree = parse(text, language);
  try {
    return tree.rootNode.namedChildren.flatMap((node) => {
      if (!node || !declares(node.type, node.text, words)) return [];
      const lines = node.text.split("\n");
      return lines.length <= mostLines ? [node.text] : [`${lines.slice(0, 6).join("\n")}\n…`];
    });
  } finally {
    tree.delete();
  }
}

/** By the words of its first line, or, of a type, also of its last, where C's typedefs have their names. */
function declares(type: string, text: string, words: ReadonlySet<string>): boolean {
  if (
    !/definition|declaration|declarator|specifier|preproc_(?:def|function_def)|export|assignment/.test(type)
  )
    return false;
  const lines = text.split("\n");
  const head = `${(lines[0] ?? "").replace(/[({=].*$/, "")} ${text.startsWith("typedef") ? (lines.at(-1) ?? "") : ""}`;
  return (head.match(/[A-Za-z_]\w{2,}/g) ?? []).some(
    (word) =>
      words.has(word) &&
      !/^(?:const|static|unsigned|struct|void|char|int|long|double|float|return|export|function|class|def|async|default|inline|extern)$/.test(
        word,
      ),
  );
}

function commentOf(said: string, language: Language): string {
  return language === "python" ? `# ${said}` : `/* ${said} */`;
}
