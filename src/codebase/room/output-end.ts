/**
 * Keeps the end of what a command prints: a little of both channels in the order of arrival, more of standard output.
 */
const mostOfAll = 256 * 1024;
const mostOfOutput = 1024 * 1024;

export interface OutputEnd {
  /** Both channels, and standard output alone; untrusted, as printed. */
  readonly all: string;
  readonly standard: string;
}

export function createOutput(): { add(bytes: Uint8Array, standard: boolean): void; end(): OutputEnd } {
  const all = createEnd(mostOfAll);
  const output = createEnd(mostOfOutput);
  return {
    add(bytes, standard) {
      all.add(bytes);
      if (standard) output.add(bytes);
    },
    end: () => ({ all: all.text(), standard: output.text() }),
  };
}

function createEnd(most: number): { add(bytes: Uint8Array): void; text(): string } {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes) {
      chunks.push(bytes);
      length += bytes.length;
      if (length <= 2 * most) return;
      chunks = [Buffer.concat(chunks).subarray(length - most)];
      length = most;
    },
    text: () =>
      Buffer.concat(chunks)
        .subarray(Math.max(0, length - most))
        .toString("utf8"),
  };
}

/** The last lines, at most so many and so long together, for a message. */
export function lastLines(text: string, lines = 12, characters = 2000): string {
  const kept = text.trimEnd().split("\n").slice(-lines).join("\n");
  return kept.length <= characters ? kept : `…${kept.slice(-characters)}`;
}
