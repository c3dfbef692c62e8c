/**
 * What planning a call knows throughout, and how it says what is wrong.
 */
import { TaskError } from "../errors.ts";
import { taskFile, type Sizes, type FunctionTask } from "./task.ts";

export interface Context {
  readonly task: FunctionTask;
  readonly sizes: Sizes;
}

/** A mistake at a key of the task file. */
export function fault(
  context: Context,
  key: string,
  message: string,
  options: { remedy?: string } = {},
): TaskError {
  return new TaskError(taskFile(context.task), `"${key}" ${message}`, options);
}
