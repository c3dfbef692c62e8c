/**
 * The table of showings: each as JSON, beside it the fields that are filtered by. Rows are added and never changed.
 */
import type { Schema } from "apache-arrow";
import { showingSchema, type Showing } from "../lesson/showing.ts";
import type { ShowingFilter } from "./bank.ts";
import type { BankDescription } from "./bank-folder.ts";
import { describedSchema, equals, quote } from "./lesson-table.ts";

export async function showingTableSchema(description: BankDescription): Promise<Schema> {
  const { Field, Utf8 } = await import("apache-arrow");
  const text = (name: string) => new Field(name, new Utf8(), false);
  return describedSchema(["id", "at", "run", "task", "showing"].map(text), description);
}

export function toShowingRow(showing: Showing): Record<string, unknown> {
  const { id, at, run, task } = showing;
  return { id, at, run, task, showing: JSON.stringify(showing) };
}

/** Undefined where the row does not hold a showing. */
export function readShowing(row: Record<string, unknown>): Showing | undefined {
  try {
    const parsed = showingSchema.safeParse(JSON.parse(String(row["showing"])));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The filter as SQL, or undefined where it holds for all. */
export function showingFilterToSql({ run, task, notTask }: ShowingFilter = {}): string | undefined {
  const conditions = [
    ...equals("run", run),
    ...equals("task", task),
    ...(notTask === undefined ? [] : [`task <> ${quote(notTask)}`]),
  ];
  return conditions.length === 0 ? undefined : conditions.join(" AND ");
}
