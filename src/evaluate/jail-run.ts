/**
 * What is to be run in a jail, and what one kind of sandbox makes of it.
 */
import type { Sandbox } from "./sandbox.ts";

export interface JailRun {
  readonly sandbox: Sandbox;
  /** The program and its arguments. Of these, paths in /in and /tmp are those of the jail. */
  readonly command: readonly string[];
  /** A file in /tmp: what comes out when the program has succeeded. */
  readonly result: string;
  /** Read-only files in /in, by absolute path: what they hold, or which file of ours is copied there. */
  readonly files: Readonly<Record<string, Uint8Array | CopiedFile>>;
  /** Further folders to be seen, read-only. */
  readonly folders?: readonly string[];
  readonly directory: string;
  readonly limits: JailLimits;
  readonly signal?: AbortSignal | undefined;
}

export interface CopiedFile {
  readonly copyOf: string;
}

export interface JailLimits {
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** Of each process; of all together where there are control groups. */
  readonly memoryBytes: number;
  /** Of any one file that it writes, and of what comes out. */
  readonly fileBytes: number;
  /** Of /tmp. */
  readonly temporaryBytes: number;
}

/** What one kind of sandbox makes of a run. */
export interface Room {
  /** The program that the launcher starts, and its arguments. */
  readonly command: readonly string[];
  /** Further options for the launcher. */
  readonly options: readonly string[];
  /** Contents of descriptors from `firstInput` on. */
  readonly inputs: readonly (Uint8Array | CopiedFile)[];
  /** What was said, with the jail's names for its files. */
  translate(text: string): string;
  close(): Promise<void>;
}

/** The first descriptor after the standard ones and the launcher's own. */
export const firstInput = 4;
