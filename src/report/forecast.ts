/** What a run may cost, in a sentence. */
import type { Forecast } from "../run/forecast.ts";
import { count } from "./figures.ts";

/** `at most 24 model calls, about 30,000 tokens in and 9,000 out, about $0.02`. */
export function formatForecast({ modelCalls, inputTokens, outputTokens, usd, unpriced }: Forecast): string {
  const price =
    usd === undefined
      ? `what ${unpriced.join(", ")} ${unpriced.length === 1 ? "costs" : "cost"} is not known`
      : usd === 0
        ? "for nothing"
        : `about ${formatUsd(usd)}`;
  return `at most ${count(modelCalls, "model call")}, about ${rounded(inputTokens)} tokens in and ${rounded(outputTokens)} out, ${price}`;
}

/** Small amounts to two digits that say something. */
export function formatUsd(usd: number): string {
  return usd >= 0.1 || usd === 0 ? `$${usd.toFixed(2)}` : `$${usd.toPrecision(2)}`;
}

function rounded(tokens: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(Math.max(tokens, 1))) - 1);
  const unit = 10 ** digits;
  return (Math.round(tokens / unit) * unit).toLocaleString("en-US");
}
