/**
 * Profiles of Python by `cProfile`, started in every interpreter of the benchmark. It counts every call, so functions that are called
 * very often look somewhat dearer than they are.
 */
import { z } from "zod";
import { pythonStartFiles, pythonStartLines } from "../room/python-start.ts";
import { below, profileFolder, type Place, type Profiler, type Sample } from "./profiler.ts";

/** Runs before the program, as `sitecustomize` does. */
const hook = `import atexit, cProfile, json, os, threading
_to = os.environ.get("LESSONBANK_SAMPLES")
if _to:
    _profile = cProfile.Profile()
    def _end():
        _profile.disable()
        _profile.create_stats()
        rows = [[list(key), own, [[list(by), part[2]] for by, part in callers.items()]]
                for key, (_, _, own, _, callers) in _profile.stats.items()]
        with open(os.path.join(_to, "%d.python" % os.getpid()), "w") as file:
            json.dump(rows, file)
    atexit.register(_end)
    _profile.enable()
`;

export const pythonProfiler: Profiler = {
  languages: ["python"],
  method: "cProfile, time inside built-ins counted to their callers",
  enoughMs: 0,
  files: pythonStartFiles(profileFolder, hook),
  command: (bench) => `${pythonStartLines(profileFolder)}printf '%s' "$PWD" > "${profileFolder}/root"
export LESSONBANK_SAMPLES="$PWD/${profileFolder}"
${bench}`,
  collect: [`${profileFolder}/*.python`, `${profileFolder}/root`],
  read: readPython,
};

const key = z.tuple([z.string(), z.number(), z.string()]);
const rowsSchema = z.array(z.tuple([key, z.number(), z.array(z.tuple([key, z.number()]))]));

/** Own time in seconds becomes milliseconds; that of built-ins and of libraries goes to their callers in the repository. */
export function readPython(files: ReadonlyMap<string, string>): Sample[] {
  const root = files.get("root") ?? "";
  return [...files].flatMap(([name, text]) => (name.endsWith(".python") ? samplesOf(text, root) : []));
}

function samplesOf(text: string, root: string): Sample[] {
  return rowsOf(text).flatMap(([own, seconds, callers]): Sample[] => {
    const place = placeOf(own, root);
    const outside = own[0] === "~" ? "built-ins" : "Python's own modules and libraries";
    if (place || callers.length === 0)
      return [{ ms: seconds * 1000, candidates: place ? [place] : [], outside }];
    return callers.map(([by, part]) => {
      const caller = placeOf(by, root);
      return { ms: part * 1000, candidates: caller ? [caller] : [], outside };
    });
  });
}

function rowsOf(text: string): z.infer<typeof rowsSchema> {
  try {
    return rowsSchema.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function placeOf([file, line, name]: z.infer<typeof key>, root: string): Place | undefined {
  // A file that is run by a relative path is recorded so.
  const relative = file.startsWith("/")
    ? below(root, file)
    : file.startsWith("~") || file.startsWith("<")
      ? undefined
      : file.replace(/^\.\//, "");
  return relative === undefined ? undefined : { name, file: relative, line };
}
