import { expect, test } from "vitest";
import { createEventStream } from "../../src/run/event-stream.ts";

async function collect<Event>(stream: { iterate: () => AsyncIterator<Event> }): Promise<Event[]> {
  const seen: Event[] = [];
  for await (const event of { [Symbol.asyncIterator]: stream.iterate }) seen.push(event);
  return seen;
}

test("every reader sees every event, also what came before it began", async () => {
  const stream = createEventStream<number>();
  stream.push(1);
  const early = collect(stream);
  stream.push(2);
  await Promise.resolve();
  stream.push(3);
  stream.end();
  expect(await early).toEqual([1, 2, 3]);
  expect(await collect(stream)).toEqual([1, 2, 3]);
});

test("a failure reaches a reader after the events that came before it", async () => {
  const stream = createEventStream<string>();
  stream.push("first");
  stream.fail(new Error("the machine went away"));
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of { [Symbol.asyncIterator]: stream.iterate }) seen.push(event);
  })();
  await expect(reading).rejects.toThrow("the machine went away");
  expect(seen).toEqual(["first"]);
});
