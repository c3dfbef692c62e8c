/** Changes of a bank for a person. */
import { cleanProse } from "../code/clean-text.ts";
import type { Change } from "../lesson/change.ts";
import { cut, wrap } from "./layout.ts";
import { shortId, type LessonLayout } from "./lessons.ts";

export function formatHistory(
  changes: readonly (Change & { readonly holds: boolean })[],
  total: number,
  layout: LessonLayout,
): string {
  if (changes.length === 0) return "Nothing was changed.";
  const rest = total - changes.length;
  return [
    ...changes.map((change) => formatChange(change, layout, change.holds)),
    ...(rest > 0 ? [layout.style.quiet(`… and ${rest} more: --limit ${total}`)] : []),
  ].join("\n");
}

/** Who did what and when, then what it says now. */
export function formatChange(change: Change, { style, width }: LessonLayout, holds = true): string {
  const { id, at, by, what } = change;
  const done = `${headline(what)}${holds ? "" : " (undone)"}`;
  const when = ` ${at.slice(0, 16).replace("T", " ")} by `;
  const author = cut(cleanProse(by), width - shortId(id).length - done.length - when.length - 3);
  const head = `${style.accent(shortId(id))}  ${holds ? done : style.quiet(done)} ${style.quiet(`${when}${author}`)}`;
  return [head, ...details(what).map((text) => wrap(text, { width, lead: "          " }))].join("\n");
}

function headline(what: Change["what"]): string {
  switch (what.kind) {
    case "edited":
      return `edited lesson ${shortId(what.lesson)}`;
    case "removed":
      return `removed lesson ${shortId(what.lesson)}`;
    case "retired":
      return `retired general lesson ${shortId(what.general)}`;
    case "undone":
      return `undid change ${shortId(what.change)}`;
  }
}

function details(what: Change["what"]): string[] {
  if (what.kind === "undone") return [];
  if (what.kind !== "edited") return what.reason === "" ? [] : [what.reason];
  const { before, after } = what;
  const lines = before.text === after.text ? [] : [`was: ${before.text}`, `now: ${after.text}`];
  const [old, now] = [before.preconditions, after.preconditions].map(
    (phrases) => phrases.join("; ") || "none",
  );
  return old === now ? lines : [...lines, `applied where: ${old}`, `applies where: ${now}`];
}
