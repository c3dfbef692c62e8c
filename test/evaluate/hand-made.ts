/** Shared objects from hand-written shims, and plans written by hand: the supervisor without a task. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileLibrary, compileShim } from "../../src/evaluate/compile.ts";
import type { FillRule, Slot } from "../../src/task/call-plan.ts";
import type { ScalarName, Type } from "../../src/task/signature.ts";
import { temporaryFolder } from "./temporary.ts";

/** Path of a shared object made of a shim in `fixtures/` alone. */
export async function libraryOf(fixture: string, ...flags: string[]): Promise<string> {
  const settings = { command: "gcc", standard: "gnu17", flags: ["-O1", ...flags] };
  const text = await readFile(new URL(`fixtures/${fixture}`, import.meta.url), "utf8");
  const shim = await compileShim(text, "c", settings);
  if (!shim.ok) throw new Error(shim.reason);
  const whole = { language: "c", compiler: settings, source: "int nothing;", fileName: "nothing.c" } as const;
  const library = await compileLibrary({ ...whole, shim: shim.bytes });
  if (!library.ok) throw new Error(library.reason);
  const path = join(await temporaryFolder(), "library.so");
  await writeFile(path, library.bytes);
  return path;
}

export function scalar(name: ScalarName): Type {
  return { kind: "scalar", scalar: name };
}

/** `which` case, as an int. */
export function caseSlot(which: number): Slot {
  const rule: FillRule = { kind: "constant", value: String(which) };
  return { name: "case", mode: "in", type: scalar("i32"), count: 1, array: false, rule };
}

export function outputSlot(
  type: Type,
  { name = "out", count = 1, array = true }: { name?: string; count?: number; array?: boolean } = {},
): Slot {
  return { name, mode: "out", type, count, array, rule: { kind: "noise" } };
}
