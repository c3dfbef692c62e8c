/**
 * Source maps, revision 3: from a place in a script that was translated to the place in the source that it came from. What is read here was
 * written by programs that ran other people's code, so whatever it is, nothing throws.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const schema = z.object({
  version: z.literal(3),
  sources: z.array(z.string().nullable()),
  sourceRoot: z.string().nullish(),
  mappings: z.string(),
});

/** Lines and columns from 0. */
export interface Mapping {
  readonly column: number;
  readonly source: number;
  readonly originalLine: number;
  readonly originalColumn: number;
}

export interface SourceMap {
  /** Absolute paths; undefined where a source is no file. */
  readonly sources: readonly (string | undefined)[];
  /** By line of the script, each line's in order. */
  readonly mappings: ReadonlyMap<number, readonly Mapping[]>;
}

/** `beside`: the absolute path of the map, or of the script that holds it. Undefined where it is no such map. */
export function readSourceMap(text: string, beside: string): SourceMap | undefined {
  const map = schema.safeParse(parseJson(text)).data;
  if (!map) return undefined;
  const mappings = decode(map.mappings);
  return (
    mappings && {
      sources: map.sources.map((source) =>
        source === null ? undefined : absolute(source, map.sourceRoot ?? "", dirname(beside)),
      ),
      mappings,
    }
  );
}

function absolute(source: string, sourceRoot: string, folder: string): string | undefined {
  const named = sourceRoot === "" || /^(?:\/|file:)/.test(source) ? source : join(sourceRoot, source);
  const path = pathOfUrl(named);
  return path === undefined ? undefined : resolve(folder, path);
}

function join(sourceRoot: string, source: string): string {
  return sourceRoot.endsWith("/") ? sourceRoot + source : `${sourceRoot}/${source}`;
}

/** The path that a URL of a file, or a path, means; undefined for any other scheme. */
export function pathOfUrl(url: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : undefined;
  } catch {
    return undefined;
  }
}

const digits = new Map(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    .split("")
    .map((sign, value) => [sign, value]),
);

/** Lines are separated by `;`, segments by `,`; each number is a difference to the one before it, in base 64, five bits a digit. */
function decode(text: string): Map<number, Mapping[]> | undefined {
  const found = new Map<number, Mapping[]>();
  let [source, originalLine, originalColumn] = [0, 0, 0];
  for (const [line, segments] of text.split(";").entries()) {
    let column = 0;
    const onLine: Mapping[] = [];
    for (const segment of segments.split(",")) {
      if (segment === "") continue;
      const numbers = numbersOf(segment);
      if (!numbers || numbers.length === 0) return undefined;
      const [columns = 0, sources, lines = 0, originalColumns = 0] = numbers;
      column += columns;
      if (sources === undefined) continue;
      source += sources;
      originalLine += lines;
      originalColumn += originalColumns;
      onLine.push({ column, source, originalLine, originalColumn });
    }
    if (onLine.length > 0) found.set(line, onLine);
  }
  return found;
}

function numbersOf(segment: string): number[] | undefined {
  const numbers: number[] = [];
  let [value, factor] = [0, 1];
  for (const sign of segment) {
    const digit = digits.get(sign);
    if (digit === undefined || factor > 2 ** 35) return undefined;
    value += (digit & 31) * factor;
    factor *= 32;
    if (digit >= 32) continue;
    numbers.push(value % 2 === 1 ? -((value - 1) / 2) : value / 2);
    [value, factor] = [0, 1];
  }
  return factor === 1 ? numbers : undefined;
}

/** Where the source is that the script's place came from: the last mapping on its line that begins no later, else the first one there. */
export function originalPlace(
  map: SourceMap,
  line: number,
  column: number,
): { readonly path: string; readonly line: number } | undefined {
  const onLine = map.mappings.get(line) ?? [];
  const found = onLine.findLast((mapping) => mapping.column <= column) ?? onLine[0];
  const path = found && map.sources[found.source];
  return path === undefined ? undefined : { path, line: found?.originalLine ?? 0 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
