/**
 * What planning a call knows throughout, and how it says what is wrong.
 */
import { TaskError } from "../errors.ts";
import { taskFile, type Sizes, type Task } from "./task.ts";

export interface Context {
  readonly task: Task;
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
