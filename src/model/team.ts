/**
 * Who is on a team: names and models, from one line or from a file. Both are read into the same members, which are plain JSON without
 * secrets and without places that depend on where it was read: a journal keeps them, and opens the team again from them.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { nearest } from "../code/nearest.ts";
import { UsageError } from "../errors.ts";
import { limitsSchema } from "./limits.ts";
import {
  formatSpec,
  modelKinds,
  openaiEndpoint,
  parseEndpoint,
  parseSpec,
  type ModelSpec,
} from "./model-spec.ts";
import { ggufGpus } from "./node-llama-cpp.ts";
import { priceSchema } from "./prices.ts";

/** The spec of the built-in team, which needs no model. */
export const rewriterSpec = "rewriter";

const samplingSchema = z.strictObject({
  temperature: z.number().min(0).max(2).optional(),
  topP: z.number().gt(0).max(1).optional(),
  frequencyPenalty: z.number().min(-2).max(2).optional(),
  maxTokens: z.int().min(1).max(1_000_000).optional(),
  seed: z.int().optional(),
});

const memberSchema = z.strictObject({
  name: z.string(),
  spec: z.string().min(1).max(4096),
  sampling: samplingSchema.optional(),
  limits: limitsSchema.optional(),
  keyVariable: z
    .string()
    .regex(
      /^[A-Z_][A-Z0-9_]*$/,
      "is the name of an environment variable, in capitals; a key itself has no place here",
    )
    .optional(),
  contextTokens: z.int().min(256).max(100_000_000).optional(),
  price: priceSchema.optional(),
  /** What it is to look at first, in a few words. */
  speciality: z.string().min(1).max(200).optional(),
  /** For the lessons that it is asked for; `sampling` is for code. */
  lessonSampling: samplingSchema.optional(),
  /** Whether it is asked for lessons. Default true. */
  lessons: z.boolean().optional(),
  /** Whether it may mend a text that did not compile, once. Default false. */
  repair: z.boolean().optional(),
  threads: z.int().min(1).max(1024).optional(),
  gpu: z.literal(ggufGpus).optional(),
});

/** As the file has it: an endpoint may stand beside its model. */
const fileSchema = z.strictObject({
  $schema: z.string().optional(),
  members: z
    .array(memberSchema.extend({ endpoint: z.string().optional() }))
    .min(1)
    .max(64),
});

/** One of a team, as a journal keeps it: JSON, no secret. What is absent is as the model's kind has it. */
export type TeamMember = Readonly<z.infer<typeof memberSchema>>;

const memberName = /^[A-Za-z][\w-]{0,39}$/;
/** Words under which a key would be expected, with their letters alone. */
const keyWords = new Set([
  "key",
  "apikey",
  "token",
  "accesstoken",
  "password",
  "secret",
  "hftoken",
  "authorization",
]);
/** Settings that only some kinds have. */
const kindsWith: Readonly<Record<string, readonly string[]>> = {
  keyVariable: ["hf", "openai"],
  limits: ["hf", "openai", "gguf"],
  sampling: ["hf", "openai", "gguf", "recorded"],
  lessonSampling: ["hf", "openai", "gguf", "recorded"],
  speciality: ["hf", "openai", "gguf", "recorded"],
  lessons: ["hf", "openai", "gguf", "recorded"],
  repair: ["hf", "openai", "gguf", "recorded"],
  contextTokens: ["hf", "openai", "gguf"],
  threads: ["gguf"],
  gpu: ["gguf"],
  price: ["hf", "openai", "gguf"],
};
const example = "qwen=hf:Qwen/Qwen2.5-Coder-14B-Instruct,local=gguf:model.gguf,rules=rewriter";

export interface TeamPlaces {
  /** What relative paths begin at. Default: the current folder. */
  readonly directory?: string | undefined;
}

/**
 * Members from `NAME=SPEC,NAME=SPEC,…`. Blanks around them are passed over. A name may be left out where it is plain: that of a spec is the
 * last part of its model's name. A comma ends a member, so what has one inside goes into a team file. Throws a UsageError.
 */
export function parseTeam(text: string, places: TeamPlaces = {}): TeamMember[] {
  if (text.trim() === "")
    throw new UsageError("a team has at least one member", { remedy: `Name it: ${example}` });
  return withoutDoubles(
    text.split(",").map((part, index) => {
      if (part.trim() === "") {
        throw new UsageError(`member ${index + 1} of the team is empty`, {
          remedy: `Members look like ${example}`,
        });
      }
      const named = /^(?<name>[^=:@/]*)=(?<spec>.*)$/s.exec(part)?.groups;
      const { name = "", spec = part } = named ?? {};
      return normalMember({ name: name.trim(), spec: spec.trim() }, places, named === undefined);
    }),
  );
}

/** Members from a team file: `{ "members": [{ "name", "spec", … }] }`. Relative paths begin at its folder. Throws a UsageError. */
export async function readTeamFile(path: string): Promise<TeamMember[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new UsageError(`${path}: the team file ${why}`, {
      cause: error instanceof SyntaxError ? undefined : error,
    });
  }
  return parseTeamFile(value, path);
}

/** The same from its parsed JSON; `path` is what messages name, and its folder is where relative paths begin. */
export function parseTeamFile(value: unknown, path: string): TeamMember[] {
  refuseKeys(value, path);
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) throw describe(parsed.error, path);
  return withoutDoubles(
    parsed.data.members.map(({ endpoint, ...member }) => {
      try {
        const spec = endpoint === undefined ? member.spec : withEndpoint(member.spec, endpoint);
        return normalMember({ ...member, spec }, { directory: dirname(resolve(path)) }, false);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        throw new UsageError(`${path}: ${error.message}`, { remedy: error.remedy });
      }
    }),
  );
}

/** Members as a journal keeps them. Paths stay as they are. Throws a UsageError where they are none. */
export function parseRecordedMembers(value: unknown): TeamMember[] {
  const parsed = z.array(memberSchema).min(1).max(64).safeParse(value);
  if (!parsed.success) throw describe(parsed.error, "the journal's team");
  for (const { spec } of parsed.data) if (spec !== rewriterSpec) parseSpec(spec);
  return withoutDoubles(parsed.data);
}

/**
 * Where a member's model would be reached and a key sent to, other than where that kind of key belongs: an endpoint on another machine, or a
 * variable of its own. Undefined where there is no such thing. A journal from elsewhere may name what it likes.
 */
export function namedPlace({ spec, keyVariable }: TeamMember): string | undefined {
  if (keyVariable !== undefined) return `the key in ${keyVariable}`;
  const parsed = spec === rewriterSpec ? undefined : parseSpec(spec);
  if (parsed?.kind !== "openai" || parsed.endpoint === openaiEndpoint) return undefined;
  const { hostname } = new URL(parsed.endpoint);
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname) ? undefined : parsed.endpoint;
}

/** An endpoint that stands beside its model. */
function withEndpoint(spec: string, endpoint: string): string {
  const normal = parseEndpoint(endpoint);
  if (!spec.startsWith("openai:")) {
    throw new UsageError('"endpoint" goes with openai: models alone', {
      remedy: "Spell the model openai:MODEL.",
    });
  }
  if (/@https?:\/\//i.test(spec)) {
    throw new UsageError('a member has an endpoint in its "spec" and in "endpoint"', {
      remedy: "Name it once.",
    });
  }
  return `${spec}@${normal}`;
}

function normalMember(
  member: TeamMember,
  { directory = process.cwd() }: TeamPlaces,
  unnamed: boolean,
): TeamMember {
  if (!unnamed && !memberName.test(member.name)) {
    throw new UsageError(
      member.name === ""
        ? "a member of the team has no name"
        : `"${shown(member.name)}" is not a member's name`,
      {
        remedy: "A name has letters, digits, - and _, and begins with a letter; at most 40.",
      },
    );
  }
  if (member.spec === rewriterSpec) {
    refuseIdleSettings(member, rewriterSpec);
    return { ...member, name: unnamed ? rewriterSpec : member.name };
  }
  let spec: ModelSpec;
  try {
    spec = parseSpec(member.spec);
  } catch (error) {
    throw error instanceof UsageError ? placed(error, member, unnamed) : error;
  }
  refuseIdleSettings(member, spec.kind);
  if ("path" in spec) spec = { ...spec, path: absolute(spec.path, directory) };
  return { ...member, name: unnamed ? shortName(spec) : member.name, spec: formatSpec(spec) };
}

/** Says whose spec it is, and what else it could have meant. */
function placed(error: UsageError, { name, spec }: TeamMember, unnamed: boolean): UsageError {
  const kinds = [...modelKinds, rewriterSpec];
  const near = spec.includes(":") ? undefined : nearest(spec, kinds);
  const comma = unnamed ? " A path or a model with a comma in its name goes into a team file." : "";
  return new UsageError(unnamed ? error.message : `${name}: ${error.message}`, {
    remedy: near === rewriterSpec ? `Did you mean "${rewriterSpec}"?` : `${error.remedy ?? ""}${comma}`,
  });
}

function refuseIdleSettings(member: TeamMember, kind: string): void {
  for (const setting of Object.keys(member)) {
    const kinds = kindsWith[setting];
    if (kinds && !kinds.includes(kind)) {
      throw new UsageError(`${member.name}: "${setting}" means nothing to ${kind}`, {
        remedy: `It goes with ${kinds.map((each) => `${each}:`).join(", ")}`,
      });
    }
  }
}

function absolute(path: string, directory: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(directory, path);
}

/** `qwen2.5-coder-7b` for `openai:qwen2.5-coder:7b@http://…`. */
function shortName(spec: ModelSpec): string {
  const last =
    ("path" in spec ? spec.path.replace(/\.(?:gguf|jsonl)$/i, "") : spec.model).split("/").at(-1) ?? "";
  return (
    last
      .replace(/[^\w-]+/g, "-")
      .replace(/^[^A-Za-z]+/, "")
      .slice(0, 40) || spec.kind
  );
}

function withoutDoubles(members: readonly TeamMember[]): TeamMember[] {
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name.toLowerCase())) {
      throw new UsageError(`two members of the team are called ${name}`, {
        remedy: "Name each once: first=…,second=…",
      });
    }
    seen.add(name.toLowerCase());
  }
  return [...members];
}

/** Anywhere in the file, and without repeating what stands there. */
function refuseKeys(value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (keyWords.has(name.toLowerCase().replace(/[^a-z]/g, ""))) {
      throw new UsageError(`${path}: "${shown(name)}" has no place in a team file`, {
        remedy: 'Keys are read from the environment alone: name the variable that holds it as "keyVariable".',
      });
    }
    refuseKeys(inner, path);
  }
}

function describe(error: z.ZodError, path: string): UsageError {
  const [issue] = error.issues;
  const place = issue?.path.map(String).join(".") ?? "";
  if (issue?.code !== "unrecognized_keys") {
    return new UsageError(
      `${path}: ${place === "" ? "" : `"${place}": `}${issue?.message ?? "is not a team file"}`,
      {
        remedy:
          'A team file looks like { "members": [{ "name": "qwen", "spec": "hf:Qwen/Qwen2.5-Coder-14B-Instruct" }] }',
      },
    );
  }
  const [key = ""] = issue.keys;
  const known = knownKeys(issue.path);
  const near = nearest(key, known);
  return new UsageError(`${path}: unknown key "${shown(key)}"${place === "" ? "" : ` in "${place}"`}`, {
    remedy: `${near === undefined ? "" : `Did you mean "${near}"? `}The keys there are ${known.join(", ")}.`,
  });
}

function knownKeys(path: readonly PropertyKey[]): string[] {
  const inner = { sampling: samplingSchema, limits: limitsSchema, price: priceSchema }[String(path[2])];
  if (path.length === 0) return Object.keys(fileSchema.shape);
  return Object.keys(inner?.shape ?? fileSchema.shape.members.element.shape);
}

function shown(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 60);
}
