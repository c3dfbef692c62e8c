/**
 * A translation unit as one text: headers of the tree are put in place of their `#include`, those of the system stay as they are.
 */
import { dirname, join, normalize } from "node:path";

/** What the evaluator takes. */
const mostCharacters = 1_000_000;
const deepest = 40;

export interface FlattenOptions {
  /** Folders in which headers are looked for, relative to the root. */
  readonly folders: readonly string[];
  /** The text of a file of the tree, by path relative to its root; undefined where there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
}

/** Undefined where it comes to more than can be judged. Guards are left to the compiler; `#pragma once` is heeded. */
export async function flatten(
  file: string,
  text: string,
  { folders, read }: FlattenOptions,
): Promise<string | undefined> {
  const once = new Set<string>();
  let characters = 0;
  const put = async (path: string, content: string, depth: number): Promise<string> => {
    const lines: string[] = [];
    for (const line of content.split("\n")) {
      if (/^\s*#\s*pragma\s+once\b/.test(line)) {
        once.add(path);
        continue;
      }
      const header = await find(line, path);
      if (header === undefined) lines.push(line);
      else if (!once.has(header.path) && depth < deepest && characters <= mostCharacters)
        lines.push(await put(header.path, header.text, depth + 1));
      characters += line.length + 1;
    }
    return lines.join("\n");
  };
  const find = async (line: string, from: string): Promise<{ path: string; text: string } | undefined> => {
    const [, quoted, angled] = /^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/.exec(line) ?? [];
    const name = quoted ?? angled;
    if (name === undefined || name.startsWith("/")) return undefined;
    for (const folder of [...(quoted === undefined ? [] : [dirname(from)]), ...folders]) {
      const path = normalize(join(folder, name));
      const found = path.startsWith("..") ? undefined : await read(path);
      if (found !== undefined) return { path, text: found };
    }
    return undefined;
  };
  const flat = await put(file, text, 0);
  return flat.length > mostCharacters ? undefined : flat;
}
