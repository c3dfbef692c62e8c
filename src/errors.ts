/**
 * The errors that this project throws. A bad candidate is never one of them: it is an Outcome.
 */

/** Who has to act: `usage` is the user's to mend, `machine` is something missing here, `internal` is our own fault. */
export type ErrorKind = "usage" | "machine" | "internal";

/**
 * Base of every error thrown by lessonbank. `message` is complete for a person: it names the place and what is wrong;
 * `remedy` says what to do about it. `cause` is kept where there is one.
 */
export class LessonbankError extends Error {
  readonly kind: ErrorKind;
  readonly remedy: string | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: { remedy?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.kind = kind;
    this.remedy = options.remedy;
  }
}

/** The user's input cannot be used as it is: a task file, an argument, a bank folder. */
export class UsageError extends LessonbankError {
  constructor(message: string, options: { remedy?: string | undefined; cause?: unknown } = {}) {
    super("usage", message, options);
  }
}

/** A task is at fault: its file, its signature or its reference. Carries the file and, where known, the key or line. */
export class TaskError extends LessonbankError {
  readonly file: string;

  constructor(file: string, message: string, options: { remedy?: string | undefined; cause?: unknown } = {}) {
    super("usage", `${file}: ${message}`, options);
    this.file = file;
  }
}

/** Something that this machine lacks: a compiler, bubblewrap, user namespaces, a writable folder. */
export class MachineError extends LessonbankError {
  constructor(message: string, options: { remedy?: string | undefined; cause?: unknown } = {}) {
    super("machine", message, options);
  }
}
