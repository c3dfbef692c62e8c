import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBank } from "../../src/bank/lance-bank.ts";
import { describeBankContract } from "./contract.ts";

describeBankContract("the bank on disk", async (embedder) => {
  const directory = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
  return {
    bank: await openBank(join(directory, "bank"), { embedder }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
});
