/**
 * Git, asked in somebody else's checkout and outside of the jail. Its settings there are hostile: they may name programs to be run (hooks,
 * filters, monitors, pagers, signers, ways to fetch what is missing). All of these are switched off, for the command line counts more than a
 * repository's own settings.
 */
import { execa } from "execa";
import { UsageError } from "../../errors.ts";

const switchedOff = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["core.untrackedCache", "false"],
  ["core.pager", "cat"],
  ["core.editor", "false"],
  ["core.attributesFile", "/dev/null"],
  ["commit.gpgSign", "false"],
  ["diff.external", ""],
  ["status.submoduleSummary", "false"],
  ["protocol.allow", "never"],
].flatMap(([key, value]) => ["-c", `${key}=${value}`]);

const environment = {
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  // An object that is missing would be fetched; the list stands above each `protocol.NAME.allow` of the repository.
  GIT_NO_LAZY_FETCH: "1",
  GIT_ALLOW_PROTOCOL: "none",
  LC_ALL: "C",
};

export interface GitOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: none. */
  readonly timeoutMs?: number;
}

export interface GitResult {
  /** Undefined where it did not run, or not to its end. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly shortMessage?: string | undefined;
}

/** Resolves whatever the exit code is. Throws a UsageError where the repository names a filter that cannot be switched off. */
export async function runGit(
  root: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const filters = await filtersOff(root, options);
  return "failed" in filters
    ? filters.failed
    : ask(root, [...switchedOff, ...filters.settings, ...args], options);
}

/** Each filter by its name, since there is no one switch. To list settings runs nothing. */
async function filtersOff(
  root: string,
  { timeoutMs }: GitOptions,
): Promise<{ readonly settings: readonly string[] } | { readonly failed: GitResult }> {
  const list = ["config", "-z", "--name-only", "--get-regexp", String.raw`^filter\.`];
  const listed = await ask(root, [...switchedOff, ...list], {
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  // 1: there is none.
  if (listed.exitCode !== 0 && listed.exitCode !== 1) return { failed: listed };
  const names = new Set<string>();
  for (const key of listed.stdout.split("\0")) {
    const [, name] = /^filter\.([^]*)\.[^.]*$/.exec(key) ?? [];
    if (name !== undefined) names.add(name);
  }
  // As an argument the first "=" ends the key, and what is not UTF-8 would name another filter.
  if ([...names].some((name) => /[=\uFFFD]/.test(name)))
    throw new UsageError(
      "the repository's settings for git have a filter whose name cannot be given to git",
      {
        remedy: "rename the filter; or take the patch as a file: --patch FILE",
      },
    );
  const settings = [...names].flatMap((name) =>
    ["clean=", "smudge=", "process=", "required=false"].flatMap((end) => ["-c", `filter.${name}.${end}`]),
  );
  return { settings };
}

async function ask(
  root: string,
  args: readonly string[],
  { input, environment: more, timeoutMs }: GitOptions,
): Promise<GitResult> {
  return execa("git", args, {
    cwd: root,
    reject: false,
    stripFinalNewline: false,
    env: { ...environment, ...more },
    ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
  });
}
