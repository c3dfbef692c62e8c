/**
 * What a build may leave behind. Builds can run a candidate's code, and what they change stays for the tests and the benchmark: so a
 * candidate's build may touch what the reference's build touches, and nothing of the tree beside.
 */
import { dirname, extname } from "node:path";
import type { Layers, Raised } from "./layers.ts";
import type { Room } from "./open-room.ts";
import { runThrownAway } from "./room-run.ts";

const listName = ".lessonbank-files";

export interface Outputs {
  readonly changes: ReadonlyMap<string, "changed" | "removed">;
  /** Which were put there to be built. */
  readonly files: ReadonlySet<string>;
}

/** A sentence about the first thing that the candidate's build changed and the reference's did not; undefined where there is none. */
export async function firstUnexpected(
  room: Room,
  built: Layers,
  raised: Raised,
  { files, reference }: { readonly files: ReadonlyMap<string, string>; readonly reference: Outputs },
): Promise<string | undefined> {
  const changes = await room.workshop.changes(raised);
  const own = await room.workshop.paths(room.workshop.bottom);
  const outputs = [...(await room.workshop.paths(built)), ...reference.changes.keys()].filter(
    (path) => !own.has(path),
  );
  const known = new Set(outputs);
  const kinds = new Set(outputs.map(kindOf));
  for (const [path, how] of changes) {
    if (files.has(path) || reference.changes.has(path) || known.has(path)) continue;
    if (own.has(path))
      return `Building it ${how} ${path}, a file of the tree that building the reference leaves as it is.`;
    if (how === "changed" && !kinds.has(kindOf(path)))
      return `Building it made ${path}, which building the reference does not make.`;
  }
  const [missing] = await missingFiles(room, raised, own, reference);
  return missing === undefined
    ? undefined
    : `Building it removed ${missing}, a file of the tree that building the reference leaves as it is.`;
}

/**
 * Files of the tree that are not there any more. Asked inside, where the layers are one: how a layer hides whole folders of those below it,
 * only the kernel reads.
 */
async function missingFiles(
  room: Room,
  raised: Raised,
  own: ReadonlySet<string>,
  reference: Outputs,
): Promise<string[]> {
  const wanted = [...own].filter((path) => reference.changes.get(path) !== "removed");
  const list = Buffer.concat(
    wanted.map((path) => Buffer.from(`./${path}\0`)).toSorted((a, b) => Buffer.compare(a, b)),
  );
  const run = await runThrownAway(
    room,
    raised.layers,
    `export PATH=/usr/bin:/bin LC_ALL=C; find . ! -type d -print0 | sort -z | comm -z -23 ${listName} - | head -z -n 5 | tr '\\0' '\\n'`,
    { limitMs: 60_000, files: new Map([[listName, list]]) },
  );
  return run.output.standard
    .split("\n")
    .filter((line) => line.startsWith("./"))
    .map((line) => line.slice(2));
}

/** Names of outputs may hold hashes; their folders and endings do not. */
function kindOf(path: string): string {
  return `${dirname(path)}\0${extname(path)}`;
}
