/** A unified diff for a terminal: cleaned, and in colour where that is wanted. */
import { cleanSource } from "../code/clean-text.ts";
import type { Style } from "./style.ts";

export function formatDiff(diff: string, style: Style): string {
  return cleanSource(diff)
    .trimEnd()
    .split("\n")
    .map((line) => paintLine(line, style))
    .join("\n");
}

function paintLine(line: string, style: Style): string {
  if (line.startsWith("+++") || line.startsWith("---")) return style.title(line);
  if (line.startsWith("@@")) return style.accent(line);
  if (line.startsWith("+")) return style.good(line);
  if (line.startsWith("-")) return style.bad(line);
  return line;
}
