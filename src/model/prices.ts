/**
 * What tokens cost. Prices change and differ from provider to provider, so the table is short and dated, a team file can say
 * otherwise, and what is not known is not guessed.
 */
import { z } from "zod";
import type { TokenPrice, TokenUsage } from "./chat-model.ts";
import { openaiEndpoint, parseSpec } from "./model-spec.ts";

/** A price in a team file. */
export const priceSchema = z.strictObject({
  inputUsd: z.number().min(0).max(1_000_000),
  outputUsd: z.number().min(0).max(1_000_000),
});

/**
 * OpenAI's list prices without discounts (platform.openai.com/docs/pricing), as quoted in March 2026 (deploybase.ai/articles/openai-pricing)
 * and, for gpt-4.1 and gpt-4.1-mini, again in June 2026 (tokenmath.io/openai-api-pricing-explained).
 */
const openaiPrices: Readonly<Record<string, TokenPrice>> = {
  "gpt-5": { inputUsd: 1.25, outputUsd: 10 },
  "gpt-5-mini": { inputUsd: 0.25, outputUsd: 2 },
  "gpt-4.1": { inputUsd: 2, outputUsd: 8 },
  "gpt-4.1-mini": { inputUsd: 0.4, outputUsd: 1.6 },
  "gpt-4o": { inputUsd: 2.5, outputUsd: 10 },
  "gpt-4o-mini": { inputUsd: 0.15, outputUsd: 0.6 },
};

/** Nobody sends a bill for what runs in this process or stands in a file. */
const nothing: TokenPrice = { inputUsd: 0, outputUsd: 0 };

/**
 * The price of a model by its spec, or undefined where it is not known: that of Hugging Face models depends on the provider, and that of
 * other endpoints on who runs them. Throws a UsageError where the spec is none.
 */
export function priceOf(specText: string): TokenPrice | undefined {
  const spec = parseSpec(specText);
  if (spec.kind === "gguf" || spec.kind === "recorded") return nothing;
  if (spec.kind !== "openai" || spec.endpoint !== openaiEndpoint) return undefined;
  return Object.hasOwn(openaiPrices, spec.model) ? openaiPrices[spec.model] : undefined;
}

/** US dollars, or undefined where the price is not known. */
export function costOf(usage: TokenUsage, price: TokenPrice | undefined): number | undefined {
  if (price === undefined) return undefined;
  return (usage.inputTokens * price.inputUsd + usage.outputTokens * price.outputUsd) / 1_000_000;
}
