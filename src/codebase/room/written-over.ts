/**
 * Whether a project's build writes a source file anew each time, as generators do: then no candidate for it lasts until the tests, and all of
 * them would pass for the reference.
 */
import { readFile, stat } from "node:fs/promises";
import { languageOfFile } from "../../code/language.ts";
import { UsageError } from "../../errors.ts";
import type { Bench } from "../judge/bench.ts";
import type { Raised } from "./layers.ts";
import { runKept } from "./room-run.ts";

/** `raised`: where the reference's build has just run. Throws a UsageError that names the file. */
export async function refuseWrittenOver(
  { room, settings, limits, built }: Bench,
  raised: Raised,
  files: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const { build } = settings.commands;
  if (build === undefined) return;
  for (const [path, content] of files) {
    const found = await room.workshop.find(raised.layers, path);
    const written = found !== undefined && (await stat(found, { bigint: true })).mtimeNs > raised.sinceNs;
    if (!written) continue;
    // A formatter writes what it was given; what is generated has lost this line.
    const line = languageOfFile(path) === "python" ? "# lessonbank-mark\n" : "/* lessonbank-mark */\n";
    const marked = Buffer.concat([content, Buffer.from(`\n${line}`)]);
    const probe = await runKept(room, built, build, {
      limitMs: limits.buildMs,
      signal,
      files: new Map([[path, marked]]),
    });
    try {
      const after = await room.workshop.find(probe.raised.layers, path);
      if (after !== undefined && (await readFile(after)).includes("lessonbank-mark")) continue;
    } finally {
      await room.workshop.drop(probe.raised);
    }
    throw new UsageError(`${path}: the build command \`${build}\` writes it anew, so no change of it lasts`, {
      remedy:
        "it is generated: work on what it is made from, or leave its generation out of the build command",
    });
  }
}
