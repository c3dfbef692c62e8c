/**
 * Banks in an S3 store, against a real server. `LESSONBANK_KILL_POINTS=all` runs all that every bank promises.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { execa } from "execa";
import { openBank } from "../../src/bank/lance-bank.ts";
import { objectPlace } from "../../src/bank/object-place.ts";
import { createStructuralEmbedder } from "../../src/bank/structural-embedder.ts";
import { MachineError, UsageError } from "../../src/errors.ts";
import type { WhatChanged } from "../../src/lesson/change.ts";
import { exampleShowing } from "../lesson/example-showing.ts";
import { bundleBankProcess } from "./bundle.ts";
import { describeBankContract } from "./contract.ts";
import type { Acknowledged } from "./mixed-work.ts";
import { startS3Server } from "./s3-server.ts";
import { earlierEntries, entry } from "./scenarios.ts";

const every = process.env["LESSONBANK_KILL_POINTS"] === "all";
const server = await startS3Server();
const secret = "not+a/real=secret-of-anybody";
const environment = {
  AWS_ACCESS_KEY_ID: "not-a-real-key-of-anybody",
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_ENDPOINT_URL: server?.endpoint ?? "",
  AWS_ALLOW_HTTP: "true",
};
const before = { ...process.env };

beforeAll(async () => {
  Object.assign(process.env, environment);
  await server?.makeBucket("lessons");
});
afterAll(async () => {
  for (const name of Object.keys(environment)) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await server?.close();
});
let prefixes = 0;
const newUri = (): string => `s3://lessons/bank-${++prefixes}`;

if (!server) console.warn("banks in S3 stores are not tested: there is no moto (pip install 'moto[server]')");

describe.runIf(server && every)("in a store", () => {
  describeBankContract("the bank in a bucket", async (embedder) => ({
    bank: await openBank(newUri(), { embedder }),
  }));
});

describe.runIf(server)("a bank in a bucket", () => {
  test("is made, filled, read by others and kept", async () => {
    const uri = newUri();
    await expect(openBank(uri, { readOnly: true })).rejects.toThrow(/no bank of lessons in s3:/);
    const bank = await openBank(uri);
    const reader = await openBank(`${uri}/`, { readOnly: true });
    await bank.add(earlierEntries);
    await bank.setFactors(new Map([[entry("b").lesson.id, 0.9]]));
    await bank.addShowings([exampleShowing()]);
    await bank.change({ kind: "removed", lesson: entry("a").lesson.id, reason: "" }, "person");
    expect((await reader.list()).map(({ text, factor }) => [text, factor])).toEqual([
      ["b", 0.9],
      ["c", 1],
      ["d", 1],
    ]);
    expect(await reader.showings()).toEqual([exampleShowing()]);
    await Promise.all([bank.close(), reader.close()]);
    const again = await openBank(uri, { anyEmbedder: true });
    expect(await again.list()).toHaveLength(3);
    await again.close();
    const other = { ...createStructuralEmbedder(), id: "other-7" };
    await expect(openBank(uri, { embedder: other })).rejects.toThrow(/other-7/);
  });

  test.runIf(every)("is made by two at once, and written to at once, without losing anything", async () => {
    const uri = newUri();
    const banks = await Promise.all([openBank(uri), openBank(uri)]);
    await banks[0]?.add(earlierEntries);
    const { id, text, preconditions } = entry("a").lesson;
    const before = { text, preconditions: [...preconditions] };
    const edit = (after: string): WhatChanged => ({
      kind: "edited",
      lesson: id,
      before,
      after: { text: after, preconditions: [] },
    });
    const added = [1, 2].map((number) => entry(`new ${number}`));
    await Promise.all(banks.map(async (bank, index) => bank.add(added.slice(index, index + 1))));
    const edits = await Promise.allSettled(
      banks.map((bank, index) => bank.change(edit(`${index}`), "person")),
    );
    const held = edits.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(held).toHaveLength(1);
    for (const bank of banks) {
      expect((await bank.list()).length).toBe(earlierEntries.length + 2);
      expect(await bank.history()).toEqual(held);
      await bank.close();
    }
  });

  test.runIf(every)(
    "is written to by several processes at once without losing anything",
    async () => {
      const uri = newUri();
      const folder = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
      const program = await bundleBankProcess(folder);
      const [processes, operations] = [4, 60];
      const names = Array.from({ length: processes }, (_, index) => `process-${index}`);
      const first = await openBank(uri);
      await first.add(earlierEntries);
      await first.close();
      const work = async (name: string): Promise<Acknowledged> => {
        const { stdout } = await execa("node", [program, "mixed", uri, name, String(operations)]);
        return JSON.parse(stdout) as Acknowledged;
      };
      const done = await Promise.all(names.map(work));
      const bank = await openBank(uri, { readOnly: true });
      const ids = new Set((await bank.list()).map(({ id }) => id));
      expect(done.flatMap(({ lessons }) => lessons.filter((id) => !ids.has(id)))).toEqual([]);
      const showings = new Set((await bank.showings()).map(({ id }) => id));
      expect(done.flatMap((each) => each.showings.filter((id) => !showings.has(id)))).toEqual([]);
      const changes = (await bank.history()).map(({ id }) => id);
      expect(changes.toSorted()).toEqual(done.flatMap((each) => each.changes).toSorted());
      await bank.close();
      await rm(folder, { recursive: true, force: true });
    },
    600_000,
  );

  test("that cannot be reached says so, without a credential in any part of the error", async () => {
    const closed = "http://127.0.0.1:9";
    for (const uri of ["s3://no-such-bucket/bank", "s3://lessons/bank"]) {
      const storage = uri.includes("no-such") ? {} : { endpoint: closed, allowHttp: true };
      const error: unknown = await openBank(uri, { storage }).catch((caught: unknown) => caught);
      if (!(error instanceof MachineError)) throw error;
      expect(error.remedy).toMatch(/credentials/);
      const shown = `${inspect(error, { depth: 10 })} ${JSON.stringify(error)}`;
      expect(shown).toContain(uri);
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain(environment.AWS_ACCESS_KEY_ID);
    }
  });
});

describe("the place of a bank in a bucket", () => {
  test("is refused where its URI holds a credential, is another store's, or is not encrypted unasked", () => {
    const refused: readonly [string, RegExp][] = [
      [`s3://key:${encodeURIComponent(secret)}@bucket/bank`, /more than a bucket/],
      ["s3://bucket/bank?secret=1", /more than a bucket/],
      ["ftp://bucket/bank", /ftp:.* is not in a store/],
    ];
    for (const [uri, message] of refused) {
      let error: unknown;
      try {
        objectPlace(uri, {}, environment);
      } catch (caught) {
        error = caught;
      }
      if (!(error instanceof UsageError)) throw error;
      expect(error.message).toMatch(message);
      expect(inspect(error)).not.toContain(encodeURIComponent(secret));
    }
    const plain = { ...environment, AWS_ALLOW_HTTP: "", AWS_ENDPOINT_URL: "http://store.example:9000/x" };
    expect(() => objectPlace("s3://bucket/bank", {}, plain)).toThrow(/not encrypted/);
  });

  test("needs credentials in the environment", () => {
    expect(() => objectPlace("s3://bucket/bank", {}, {})).toThrow(MachineError);
  });
});
