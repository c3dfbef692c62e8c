/** What an import came to. */
import type { Imported } from "../lesson/exchange.ts";
import { count } from "./figures.ts";
import { wrap } from "./layout.ts";
import type { LessonLayout } from "./lessons.ts";

/** A reason is seldom alone. */
const shownReasons = 8;

export function formatImport(imported: Imported, { style, width }: LessonLayout): string {
  const { added, known, leftOut, reasons, examples, showings, changes } = imported;
  const head = [
    `${count(added, "lesson")} added`,
    ...(known > 0 ? [`${known} known already`] : []),
    ...(leftOut > 0 ? [`${leftOut} left out`] : []),
  ].join(", ");
  const lines = [leftOut > 0 ? style.doubtful(head) : head];
  for (const [reason, times] of Object.entries(reasons).slice(0, shownReasons)) {
    const [first] = examples.filter((each) => each.reason === reason);
    const where = first ? `${times > 1 ? "first in " : ""}line ${first.line}` : "";
    lines.push(wrap(`${times} × ${reason} (${where})`, { width, lead: "  " }));
  }
  if (showings.added + changes.added > 0)
    lines.push(`${count(showings.added, "draw")} and ${count(changes.added, "change")} added`);
  const passedOver = showings.passedOver + changes.passedOver;
  if (passedOver > 0) {
    const what = `${count(showings.passedOver, "draw")} and ${count(changes.passedOver, "change")} passed over`;
    lines.push(
      style.quiet(wrap(`${what}: known already, or from a bank that is not yours (--own)`, { width })),
    );
  }
  return lines.join("\n");
}
