/** Figures as a person reads them: speedups with their interval, times, counts. */
import type { Speedup } from "../evaluate/outcome.ts";

/** `2.31×`, `14.2×`, `308×`. */
export function formatRatio(ratio: number): string {
  return `${threeDigits(ratio)}×`;
}

/** `[2.28, 2.35]`. */
export function formatInterval({ low, high }: Speedup): string {
  return `[${threeDigits(low)}, ${threeDigits(high)}]`;
}

/** `2.31× [2.28, 2.35]`. */
export function formatSpeedup(speedup: Speedup): string {
  return `${formatRatio(speedup.ratio)} ${formatInterval(speedup)}`;
}

/** `38.2 ms`, `412 µs`, `1.28 s`, `3 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 0.001) return `${threeDigits(durationMs * 1e6)} ns`;
  if (durationMs < 1) return `${threeDigits(durationMs * 1e3)} µs`;
  if (durationMs < 1000) return `${threeDigits(durationMs)} ms`;
  if (durationMs < 59_950) return `${threeDigits(durationMs / 1000)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1 lesson`, `3 lessons`, `2 tries`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

function threeDigits(number: number): string {
  if (!Number.isFinite(number)) return "∞";
  if (number >= 99.95) return number.toFixed(0);
  return number.toFixed(number >= 9.995 ? 1 : 2);
}
