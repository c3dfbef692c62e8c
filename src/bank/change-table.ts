/**
 * The table of changes: each as JSON. Rows are added and never changed; LanceDB's row ids say in which order.
 */
import type { Schema } from "apache-arrow";
import { changeSchema, type Change } from "../lesson/change.ts";
import type { BankDescription } from "./bank-folder.ts";
import { describedSchema } from "./lesson-table.ts";

export async function changeTableSchema(description: BankDescription): Promise<Schema> {
  const { Field, Utf8 } = await import("apache-arrow");
  return describedSchema(
    ["id", "change"].map((name) => new Field(name, new Utf8(), false)),
    description,
  );
}

export function toChangeRow(change: Change): Record<string, unknown> {
  return { id: change.id, change: JSON.stringify(change) };
}

/** Undefined where the row does not hold a change. */
export function readChange(row: Record<string, unknown>): Change | undefined {
  try {
    const parsed = changeSchema.safeParse(JSON.parse(String(row["change"])));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
