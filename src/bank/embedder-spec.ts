/**
 * The spelling of an embedder: what kind it is, which model, and settings after a question mark.
 *
 *     structural              built in, needs nothing
 *     transformers:FOLDER     a sentence model in a folder of this machine, run by transformers.js
 *     transformers:ORG/MODEL  one from the Hugging Face hub, downloaded once
 *     hf:ORG/MODEL            Hugging Face's inference API
 *     openai:MODEL@URL        any endpoint that speaks OpenAI's /v1/embeddings; without @URL, OpenAI itself
 *     hybrid:SPEC             the structural one beside one of the others
 *
 * Settings: `?query=…&document=…` (prefixes for models that were trained so), `wording=…` (how code is put into words), for
 * transformers also `pooling=…`, `precision=…` and `revision=…`, and for a hybrid `weight=…` (of the second). A spec holds no key.
 */
import { z } from "zod";
import { nearest } from "../code/nearest.ts";
import { UsageError } from "../errors.ts";
import { describeIssues } from "../lesson/schema.ts";
import { parseSpec, type RemoteSpec } from "../model/model-spec.ts";
import { codeWordings } from "./code-description.ts";
import { poolings } from "./sentence-settings.ts";
import { precisions, type Precision } from "./transformers-embedder.ts";

const kinds = ["structural", "transformers", "hf", "openai", "hybrid"] as const;
const spellings =
  "structural, transformers:FOLDER, transformers:ORG/MODEL, hf:ORG/MODEL, openai:MODEL@URL or hybrid:SPEC";

const prefix = z.string().max(2000).optional();
const commonSettings = {
  query: prefix,
  document: prefix,
  wording: z.enum(codeWordings).optional(),
};
const weight = z
  .string()
  .regex(/^0?\.\d+$/, "a weight lies above 0 and below 1")
  .transform(Number)
  .optional();
const remoteSettings = z.strictObject(commonSettings);
const transformersSettings = z.strictObject({
  ...commonSettings,
  pooling: z.enum(poolings).optional(),
  precision: z.enum(precisions as readonly [Precision, ...Precision[]]).optional(),
  revision: z
    .string()
    .regex(/^[\w./-]{1,100}$/, "a revision is a branch, a tag or a commit")
    .optional(),
});

export type EmbedderSpec =
  | { readonly kind: "structural" }
  | {
      readonly kind: "transformers";
      /** A folder, or a name on the hub. */
      readonly place: string;
      readonly settings: z.output<typeof transformersSettings>;
    }
  | {
      readonly kind: "remote";
      readonly spec: RemoteSpec;
      readonly settings: z.output<typeof remoteSettings>;
    }
  | { readonly kind: "hybrid"; readonly with: EmbedderSpec; readonly weight: number };

const evenWeight = 0.5;

/** Throws a UsageError that says what is wrong and how an embedder is spelt, and never repeats a secret. */
export function parseEmbedderSpec(text: string): EmbedderSpec {
  const question = text.lastIndexOf("?");
  const body = question < 0 ? text : text.slice(0, question);
  const settings = new Map(question < 0 ? [] : new URLSearchParams(text.slice(question + 1)));
  return parseBody(body, settings);
}

function parseBody(body: string, settings: Map<string, string>): EmbedderSpec {
  const colon = body.indexOf(":");
  const kind = colon < 0 ? body : body.slice(0, colon);
  const rest = colon < 0 ? "" : body.slice(colon + 1);
  switch (kind) {
    case "structural":
      if (colon >= 0 || settings.size > 0) throw fault("the structural embedder has no settings");
      return { kind };
    case "transformers":
      if (rest.trim() === "") throw fault("transformers: names no model");
      return { kind, place: rest, settings: checked(transformersSettings, settings) };
    case "hybrid": {
      const { weight: share = evenWeight } = checked(z.strictObject({ weight }), pick(settings, "weight"));
      const other = parseBody(rest, settings);
      if (other.kind === "structural" || other.kind === "hybrid") {
        throw fault(`hybrid:${other.kind} is nothing new`);
      }
      return { kind, with: other, weight: share };
    }
    case "hf":
    case "openai": {
      const spec = parseSpec(body);
      if (spec.kind !== "hf" && spec.kind !== "openai") throw fault(`${kind}: names no model`);
      if (spec.kind === "hf" && spec.provider !== undefined) {
        throw fault(
          `hf: embeds with Hugging Face's own inference, not with ${spec.provider}`,
          "Leave the provider out, or name its endpoint: openai:MODEL@URL",
        );
      }
      return { kind: "remote", spec, settings: checked(remoteSettings, settings) };
    }
    default: {
      const near = nearest(kind, kinds);
      // What is no spec may be anything, also a key.
      const shown = /^[\w-]{1,20}$/.test(kind) ? `"${kind}"` : "that";
      throw fault(
        `${shown} is no kind of embedder`,
        `${near === undefined ? "" : `Did you mean "${near}"? `}Spell one ${spellings}.`,
      );
    }
  }
}

/** Takes a setting out. */
function pick(settings: Map<string, string>, name: string): Map<string, string> {
  const value = settings.get(name);
  settings.delete(name);
  return new Map(value === undefined ? [] : [[name, value]]);
}

function checked<Schema extends z.ZodType>(schema: Schema, settings: Map<string, string>): z.output<Schema> {
  const parsed = schema.safeParse(Object.fromEntries(settings));
  if (parsed.success) return parsed.data;
  throw fault(`an embedder's settings: ${describeIssues(parsed.error)}`);
}

function fault(message: string, remedy = `Spell an embedder ${spellings}.`): UsageError {
  return new UsageError(message, { remedy });
}
