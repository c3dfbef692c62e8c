import { createMemoryBank } from "../../src/bank/memory-bank.ts";
import { describeBankContract } from "./contract.ts";

describeBankContract("the bank in memory", async (embedder) => ({ bank: createMemoryBank({ embedder }) }));
