/**
 * Laying text out for a terminal: widths, cutting, wrapping, tables. Every cell is cleaned of control characters here, so that
 * what a candidate or a lesson says cannot move the cursor, recolour the screen or break a row.
 */
import { cleanProse } from "../code/clean-text.ts";

/** Wider than this is harder to read than narrower. */
const widest = 120;
const narrowest = 40;

/** The width to lay out for, from what the terminal says; 80 where it says nothing. */
export function layoutWidth(columns: number | undefined): number {
  return Math.min(widest, Math.max(narrowest, columns ?? 80));
}

/** Cells that a text takes. Ideographs and emoji take two, marks that combine none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** At most `width` cells; what was cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let result = "";
  let used = 0;
  for (const character of text) {
    const next = textWidth(character);
    if (used + next > width - 1) break;
    result += character;
    used += next;
  }
  return width > 0 ? `${result.trimEnd()}…` : "";
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - textWidth(text))) + text;
}

export interface WrapOptions {
  readonly width: number;
  /** Before the first line, and as many blanks before the others. */
  readonly lead?: string;
}

/** Prose on lines of at most `width` cells. A word that is longer stands alone. */
export function wrap(text: string, { width, lead = "" }: WrapOptions): string {
  const indent = " ".repeat(textWidth(lead));
  const room = Math.max(20, width - textWidth(lead));
  const lines: string[] = [];
  let line = "";
  for (const word of cleanProse(text).split(" ")) {
    if (line !== "" && textWidth(line) + 1 + textWidth(word) > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.map((each, index) => (index === 0 ? lead : indent) + each).join("\n");
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** Gives way when the table is too wide. At most one column. */
  readonly flexible?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** An aligned table with its titles. Cells are cut, never wrapped. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
  { width, paintTitle = (text) => text }: { width: number; paintTitle?: (text: string) => string },
): string {
  const cells = rows.map((row) =>
    row.map((cell) =>
      typeof cell === "string" ? { text: cleanProse(cell) } : { ...cell, text: cleanProse(cell.text) },
    ),
  );
  const widths = columns.map(({ title }, index) =>
    Math.max(textWidth(title), ...cells.map((row) => textWidth(row[index]?.text ?? ""))),
  );
  const gap = 2;
  const excess = widths.reduce((sum, each) => sum + each, gap * (columns.length - 1)) - width;
  const flexible = columns.findIndex((column) => column.flexible);
  if (excess > 0 && flexible >= 0) widths[flexible] = Math.max(8, (widths[flexible] ?? 0) - excess);

  const line = (row: readonly Cell[]): string => {
    const last = row.findLastIndex(({ text }) => text !== "");
    return row
      .slice(0, last + 1)
      .map(({ text, paint }, index) => {
        const room = widths[index] ?? 0;
        const fitting = cut(text, room);
        const right = columns[index]?.align === "right";
        const padded = right ? padStart(fitting, room) : index < last ? padEnd(fitting, room) : fitting;
        return paint ? paint(padded) : padded;
      })
      .join(" ".repeat(gap));
  };
  return [line(columns.map(({ title }) => ({ text: title, paint: paintTitle }))), ...cells.map(line)].join(
    "\n",
  );
}
