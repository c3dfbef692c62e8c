import { expect, test } from "vitest";
import { createWriter, withRetries } from "../../src/bank/lance-write.ts";
import { folderPlace } from "../../src/bank/place.ts";
import { MachineError } from "../../src/errors.ts";

const conflicts = [
  "Retryable commit conflict for version 7: This AddIndex transaction was preempted",
  "Too many concurrent writers. Attempted 1 times, but failed on retry_timeout of 30.000 seconds.",
  "Too much write contention",
];

test.each(conflicts)("a write that met another process's is done again: %s", async (message) => {
  let calls = 0;
  const work = async (): Promise<string> => {
    if (++calls < 3) throw new Error(`Failed to execute merge insert: lance error: ${message}`);
    return "written";
  };
  expect(await withRetries(work)).toBe("written");
  expect(calls).toBe(3);
});

test("a write that failed for another reason is not done again", async () => {
  let calls = 0;
  const work = async (): Promise<never> => {
    calls++;
    throw new Error("No space left on device");
  };
  await expect(withRetries(work)).rejects.toThrow("No space left");
  expect(calls).toBe(1);
});

test("a write that is never answered is given up, and those after it are done", async () => {
  const place = { ...folderPlace("/nowhere/bank"), turn: async () => undefined };
  const writer = createWriter(place, 20);
  let late = (): void => {};
  const unanswered = writer.write(() => new Promise<void>((done) => (late = done)));
  const next = writer.write(async () => "written");
  await expect(unanswered).rejects.toThrow(MachineError);
  await expect(unanswered).rejects.toThrow("the bank of lessons in /nowhere/bank has not answered a write");
  expect(await next).toBe("written");
  late();
  await writer.settled();
});
