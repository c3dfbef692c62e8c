/**
 * What a sentence model's own files say about how it wants to be used. They are sentence-transformers' files, which models converted for
 * transformers.js mostly carry along: `1_Pooling/config.json` (which of the token vectors make the sentence's) and
 * `config_sentence_transformers.json` (prefixes by purpose).
 */
import { z } from "zod";
import { noPrefixes, type EmbeddingPrefixes } from "./purpose.ts";

/** How the vectors of a text's tokens become one: their mean, the first, or the last. */
export const poolings = ["mean", "cls", "last_token"] as const;
export type Pooling = (typeof poolings)[number];

export interface SentenceSettings {
  readonly pooling: Pooling;
  readonly prefixes: EmbeddingPrefixes;
}

const flag = z.boolean().optional().catch(undefined);
const poolingSchema = z.object({
  pooling_mode_cls_token: flag,
  pooling_mode_mean_tokens: flag,
  pooling_mode_lasttoken: flag,
});
const prefix = z.string().max(2000);
const promptsSchema = z.object({ prompts: z.record(z.string(), prefix) });

/**
 * Reads both files through `read`, which gives undefined for one that is not there. Where they say nothing: the mean, and no prefixes,
 * which is what most sentence models take. Throws what `read` throws.
 */
export async function readSentenceSettings(
  read: (file: string) => Promise<unknown>,
): Promise<SentenceSettings> {
  const pooling = poolingSchema.safeParse(await read("1_Pooling/config.json"));
  const prompts = promptsSchema.safeParse(await read("config_sentence_transformers.json"));
  return {
    pooling: pooling.success ? poolingOf(pooling.data) : "mean",
    prefixes: prompts.success ? prefixesOf(prompts.data.prompts) : noPrefixes,
  };
}

function poolingOf(modes: z.output<typeof poolingSchema>): Pooling {
  if (modes.pooling_mode_cls_token) return "cls";
  return modes.pooling_mode_lasttoken ? "last_token" : "mean";
}

/** The names that models use for the two purposes. */
function prefixesOf(prompts: Readonly<Record<string, string>>): EmbeddingPrefixes {
  const { query = "", document = prompts["passage"] ?? "" } = prompts;
  return { query, document };
}
