/**
 * What a text is embedded for. Some sentence models were trained with a prefix that tells questions from answers (e5: `query: ` and
 * `passage: `) and find less without.
 */

/** Code is compared with code, so both sides of that are documents. */
export type EmbeddingPurpose = "document" | "query";

/** What is put before a text, by purpose. */
export interface EmbeddingPrefixes {
  readonly query: string;
  readonly document: string;
}

export const noPrefixes: EmbeddingPrefixes = { query: "", document: "" };

/** As part of an embedder's id: empty where there are none. */
export function prefixesInId({ query, document }: EmbeddingPrefixes): string {
  return query === "" && document === "" ? "" : `:${JSON.stringify([query, document])}`;
}
