/**
 * Where a repository's benchmark spends its time, by function.
 */
import { UsageError } from "../../errors.ts";
import type { CommandRun, OpenProject } from "../project/project.ts";
import { isOfBenchmark } from "../functions/benchmark-files.ts";
import {
  functionsIn,
  type FunctionPlace,
  listSources,
  readSourceText,
  type ReadFailure,
} from "../functions/sources.ts";
import { hotFunctions, type Profile } from "./hot-functions.ts";
import { nativeProfiler } from "./native-sampler.ts";
import { profileFolder, type Profiler, type Sample } from "./profiler.ts";
import { pythonProfiler } from "./python-profiler.ts";
import { scriptProfiler } from "./script-profiler.ts";

/** Of a benchmark that is too short to be sampled once. */
const mostRuns = 12;

const profilers: readonly Profiler[] = [nativeProfiler, scriptProfiler, pythonProfiler];

export interface ProjectProfile extends Profile {
  /** In words, how it was found out. */
  readonly method: string;
  /** The repository's own source files whose functions it cannot name, and why; absent where there is none. */
  readonly unread?: readonly { readonly file: string; readonly failure: ReadFailure }[];
}

export interface ProfileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Files and folders whose functions are left out. Default: vendored and generated ones. */
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Runs the benchmark under a profiler for each kind of language that the repository's sources are written in, and keeps the profile that saw most of
 * its functions. Throws a UsageError where there is no source, or no profiler saw anything.
 */
export async function profileProject(
  project: OpenProject,
  options: ProfileOptions = {},
): Promise<ProjectProfile> {
  const { functions, unread } = await functionsOf(project.settings.root, options.exclude ?? []);
  const present = new Set(functions.map(({ place }) => place.language));
  const fitting = profilers.filter(({ languages }) => languages.some((language) => present.has(language)));
  if (fitting.length === 0)
    throw new UsageError(
      `there is no source file in a language that can be worked on${unread.length > 0 ? `, but for ${describeUnread(unread)}` : ""}`,
      {
        remedy: "C, C++, Python, JavaScript and TypeScript can",
      },
    );
  const profiles: ProjectProfile[] = [];
  const failures: string[] = [];
  for (const profiler of fitting) {
    const outcome = await profileWith(profiler, project, functions, options.signal);
    if ("failure" in outcome) failures.push(outcome.failure);
    else profiles.push(outcome);
  }
  const [best] = profiles.toSorted((a, b) => inFunctions(b) - inFunctions(a));
  if (best && inFunctions(best) > 0) return { ...best, ...(unread.length > 0 && { unread }) };
  const [most] = best?.elsewhere ?? [];
  const seen = [
    // Why other languages' profilers saw nothing is of no use where one saw something.
    ...(best ? [] : failures),
    ...(most ? [`most of the time, ${(most.share * 100).toFixed(0)} %, is spent in ${most.name}`] : []),
    ...(unread.length > 0 ? [`not read: ${describeUnread(unread)}`] : []),
  ];
  throw new UsageError(
    `the profile names no function of the repository${seen.map((each) => `; ${each}`).join("")}`,
    {
      remedy: "name the functions yourself: lessonbank optimize --repo DIR FILE:FUNCTION",
    },
  );
}

/** In a few words. */
export function describeUnread(unread: NonNullable<ProjectProfile["unread"]>): string {
  const some = unread.slice(0, 3).map(({ file, failure }) => `${file} (${failure.replaceAll("-", " ")})`);
  return some.join(", ") + (unread.length > 3 ? ` and ${unread.length - 3} more` : "");
}

function inFunctions({ functions }: Profile): number {
  return functions.reduce((sum, { ownMs }) => sum + ownMs, 0);
}

async function profileWith(
  profiler: Profiler,
  project: OpenProject,
  functions: Awaited<ReturnType<typeof functionsOf>>["functions"],
  signal: AbortSignal | undefined,
): Promise<ProjectProfile | { readonly failure: string }> {
  const samples: Sample[] = [];
  let seenMs = 0;
  for (let runs = 0; runs < mostRuns && (runs === 0 || seenMs < profiler.enoughMs); runs++) {
    const run = await profiledRun(profiler, project, signal);
    const found = profiler.read(run.files);
    if (found.length === 0)
      return {
        failure: `${profiler.method}: nothing was recorded (${run.ending}${run.exitCode === undefined ? "" : ` ${run.exitCode}`}): ${run.tail.slice(-300)}`,
      };
    samples.push(...found);
    seenMs += found.reduce((sum, { ms }) => sum + ms, 0);
  }
  const ofLanguage = functions.filter(({ place }) => profiler.languages.includes(place.language));
  const profile = (ofBenchmark?: (file: string) => boolean): Profile =>
    hotFunctions(samples, ofLanguage, project.rewritten, ofBenchmark);
  const withoutBenchmark = profile(isOfBenchmark);
  // A repository may be its benchmark and nothing else.
  const isAll = ofLanguage.every(({ place }) => isOfBenchmark(place.file));
  return {
    method: profiler.method,
    ...(isAll ? profile() : withoutBenchmark),
  };
}

async function profiledRun(
  profiler: Profiler,
  project: OpenProject,
  signal: AbortSignal | undefined,
): Promise<CommandRun & { readonly files: ReadonlyMap<string, string> }> {
  const run = await project.runInCopy(profiler.command(project.settings.commands.bench), {
    signal,
    files: profiler.files,
    build: false,
    collect: profiler.collect,
    // Profiling slows a program down.
    limitMs: 4 * (project.settings.limits?.benchMs ?? 5 * 60_000),
  });
  const decoder = new TextDecoder();
  const files = new Map(
    [...run.files].map(([path, bytes]) => [path.slice(profileFolder.length + 1), decoder.decode(bytes)]),
  );
  return { ...run, files };
}

async function functionsOf(
  root: string,
  exclude: readonly string[],
): Promise<{
  functions: { place: FunctionPlace; name: string }[];
  unread: { file: string; failure: ReadFailure }[];
}> {
  const found: { place: FunctionPlace; name: string }[] = [];
  const unread: { file: string; failure: ReadFailure }[] = [];
  for (const { file, language, origin } of await listSources(root)) {
    if (
      origin !== "own" ||
      exclude.some((each) => file === each || file.startsWith(`${each.replace(/\/$/, "")}/`))
    )
      continue;
    const read = await readSourceText(root, file);
    if ("failure" in read) {
      unread.push({ file, failure: read.failure });
      continue;
    }
    const all = await functionsIn(file, language, read.text);
    found.push(...all.map((place) => ({ place, name: place.name })));
  }
  return { functions: found, unread };
}
