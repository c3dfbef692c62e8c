/**
 * Indices of a large bank. Below `indexedFrom` lessons there are none, and search is exact: comparing with every vector takes less time than
 * anybody notices. From there on the lessons lie in partitions by each vector, and by both as one (an inverted file: Sivic and Zisserman, "Video
 * Google", ICCV 2003). In a partition every vector has a code of a few bits a dimension (RaBitQ: Gao and others, "Practical and Asymptotically Optimal
 * Quantization of High-Dimensional Vectors", SIGMOD 2025), a quarter of its room or less: a few partitions are compared by codes, and the best of them exactly. The vectors
 * themselves in place of codes find as much, but what one search reads of them drives everything else out of memory. Shorter codes (product quantisation,
 * Jégou, Douze and Schmid, 2011; one bit a dimension) do not tell lessons on one transformation apart, so close together do they lie. Lessons of one task share their code, and hence the
 * vector of it: where codes order two tasks wrongly, those of the wrong one are all that is compared exactly, so that this index has longer ones.
 * The columns that are filtered by have an index each, and the words a full-text index. Lessons that were added since an index was built are
 * compared one by one.
 */
import type { Index, Table } from "@lancedb/lancedb";
import type { Schema } from "apache-arrow";

/** In lessons. */
export const indexedFrom = 20_000;
/** A share of lessons that no index holds above which they are put into it. */
const mostUnindexed = 0.1;

/** Centroids are trained on so many vectors each. */
const trainedOn = 64;
const bitsPerDimension = { textVector: 4, codeVector: 8, vectors: 4 } as const;

const vectorColumns = ["textVector", "codeVector", "vectors"] as const;
export type VectorColumn = (typeof vectorColumns)[number];

type Kind = "btree" | "bitmap" | "labels" | "words";

const indexed: Readonly<Record<string, Kind>> = {
  id: "btree",
  task: "bitmap",
  taskHash: "bitmap",
  run: "btree",
  language: "bitmap",
  transformations: "labels",
  words: "words",
};

/** Builds what is missing, one commit each, or brings it up to date; nothing where there are too few lessons. */
export async function buildIndices(table: Table, from: number): Promise<void> {
  const lessons = await table.countRows();
  if (lessons < from) return;
  const present = new Map((await table.listIndices()).map(({ columns, name }) => [columns[0] ?? "", name]));
  const { Index: Indices } = await import("@lancedb/lancedb");
  const build = async (column: string, config: Index): Promise<void> => {
    if (!present.has(column)) await table.createIndex(column, { config, replace: false });
  };
  for (const [column, kind] of Object.entries(indexed)) await build(column, configOf(Indices, kind));
  const schema = await table.schema();
  for (const column of vectorColumns) await build(column, vectorIndex(Indices, column, lessons, schema));
  const name = present.get("textVector");
  const statistics = name === undefined ? undefined : await table.indexStats(name);
  if ((statistics?.numUnindexedRows ?? 0) > lessons * mostUnindexed) await table.optimize();
}

/** The vectors that a search can find by an index. A bank of version 2 has none of both vectors as one. */
export async function indexedVectors(table: Table): Promise<ReadonlySet<VectorColumn>> {
  const columns = new Set((await table.listIndices()).map((index) => index.columns[0]));
  return new Set(vectorColumns.filter((column) => columns.has(column)));
}

function configOf(Indices: typeof Index, kind: Kind): Index {
  switch (kind) {
    case "btree":
      return Indices.btree();
    case "bitmap":
      return Indices.bitmap();
    case "labels":
      return Indices.labelList();
    case "words":
      return Indices.fts({ withPosition: false });
  }
}

function vectorIndex(Indices: typeof Index, column: VectorColumn, lessons: number, schema: Schema): Index {
  const type = schema.fields.find(({ name }) => name === column)?.type;
  const dimensions = type && "listSize" in type ? Number(type.listSize) : 0;
  const options = {
    distanceType: "dot",
    numPartitions: partitionsFor(lessons),
    sampleRate: trainedOn,
    maxIterations: 15,
  } as const;
  // Codes are made of eight dimensions at a time.
  return dimensions % 8 === 0
    ? Indices.ivfRq({ ...options, numBits: bitsPerDimension[column] })
    : Indices.ivfFlat(options);
}

export function partitionsFor(lessons: number): number {
  return Math.max(1, Math.round(Math.sqrt(lessons)));
}
