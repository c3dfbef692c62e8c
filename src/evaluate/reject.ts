/**
 * What is refused before a compiler sees it.
 */
import { loadGrammars } from "../code/parser.ts";
import type { FunctionTask } from "../task/task.ts";

const mostBytes = 2 ** 20;

/** Why a text is no candidate for the task; undefined where it may be one. */
export async function rejectionOf(task: FunctionTask, source: string): Promise<string | undefined> {
  if (source.trim() === "") return "It is empty.";
  const bytes = Buffer.byteLength(source);
  if (bytes > mostBytes) return `It has ${bytes} bytes; at most ${mostBytes} are read.`;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000E-\u001F\uFFFD]/.test(source))
    return "It is not text: it has bytes that no source has.";
  await loadGrammars();
  const name = (task.entry ?? task.function).replace(/\(.*$/s, "").split("::").at(-1)?.trim() ?? "";
  if (!new RegExp(`(?<![\\w$])${name.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$])`).test(source))
    return `It lacks the function ${task.entry ?? task.function}.`;
  return undefined;
}
