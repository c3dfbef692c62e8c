import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { execa } from "execa";
import { expect, test } from "vitest";
import { createTurns } from "../../src/bank/turns.ts";

const newName = (): string => `lessonbank-test-${randomBytes(8).toString("hex")}`;

/** Lets everything that is ready run. */
const moment = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

/** Another process that has the turn, in plain JavaScript: it listens as the first that takes it would. */
async function holder(
  name: string,
): Promise<{ kill(signal: NodeJS.Signals): void; ended: Promise<unknown> }> {
  const script = `require("net").createServer((s) => s.on("error", () => {})).listen("\\0${name}", () => console.log("held"))`;
  const other = execa("node", ["-e", script], { reject: false });
  await new Promise((held) => other.stdout.once("data", held));
  return { kill: (signal) => void other.kill(signal), ended: other };
}

test("one at a time works under a name, and everybody comes to it", async () => {
  const name = newName();
  let atWork = 0;
  let most = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++atWork);
    await moment();
    atWork--;
    done++;
  };
  const all = Array.from({ length: 5 }, () => createTurns(async () => name));
  await Promise.all(all.flatMap((turns) => [turns.take(work).then(() => turns.take(work))]));
  expect(done).toBe(10);
  expect(most).toBe(1);
});

test("what the work returns or throws comes back, and the turn is free after either", async () => {
  const turns = createTurns(async () => "lessonbank-test-" + process.pid);
  await expect(turns.take(async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await turns.take(async () => 7)).toBe(7);
});

test("the turn of a process that is killed is free at once", async () => {
  const name = newName();
  const other = await holder(name);
  const turns = createTurns(async () => name);
  const order: string[] = [];
  const taken = turns.take(async () => order.push("taken"));
  await moment();
  order.push("killed");
  other.kill("SIGKILL");
  await taken;
  expect(order).toEqual(["killed", "taken"]);
});

test("who has waited too long goes on without, as does who has no name for the bank", async () => {
  const name = newName();
  const other = await holder(name);
  other.kill("SIGSTOP");
  const turns = createTurns(async () => name, 200);
  const startedMs = performance.now();
  expect(await turns.take(async () => "written")).toBe("written");
  expect(performance.now() - startedMs).toBeGreaterThan(190);
  // Not again each time.
  for (let times = 0; times < 50; times++) await turns.take(async () => {});
  expect(performance.now() - startedMs).toBeLessThan(5000);
  expect(await createTurns(async () => undefined).take(async () => "written")).toBe("written");
  other.kill("SIGKILL");
  await other.ended;
});

test("a turn that nobody takes keeps no name", async () => {
  const name = newName();
  await createTurns(async () => name).take(moment);
  const code = await new Promise((told) =>
    connect(`\0${name}`).on("error", (error: NodeJS.ErrnoException) => told(error.code)),
  );
  expect(code).toBe("ECONNREFUSED");
});
