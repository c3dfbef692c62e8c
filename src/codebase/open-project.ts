/**
 * Opens a repository: copies its tree, builds it, and finds out whether its tests pass and what its benchmark says.
 */
import type { OpenOptions, OpenProject, ProjectSettings } from "./project.ts";

/**
 * Throws a UsageError where the untouched tree does not build, pass its tests twice, or give a benchmark's value; a MachineError where no
 * jail can be made here.
 */
export declare function openProject(settings: ProjectSettings, options?: OpenOptions): Promise<OpenProject>;
