import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  beginStream,
  done,
  startEndpoint,
  textEvent,
  usageEvent,
  type EndpointServer,
} from "../model/endpoint-server.ts";
import { repeatWhereNoisy } from "../noisy-machine.ts";
import { lessonbank, type Ran } from "./scripted-terminal.ts";

const key = "test-key-0123456789abcdef";
let directory: string;
let server: EndpointServer;
let team: string[];
let proposals = 0;
/** Requests before the run that the tests are of. */
let earlier = 0;

/** One pass over the array; a second proposal that does not compile, and is mended; a sentence for every lesson. */
const body = "int64_t sum = 0; for (int i = 0; i < count; i++) { sum += amounts[i]; balances[i] = sum; }";
const code = (text: string): string =>
  `A sum is kept.\n\`\`\`c\nvoid running_balance(const int32_t *amounts, int64_t *balances, int count) { ${text} }\n\`\`\`\n`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "lessonbank-team-"));
  server = await startEndpoint((response, request) => {
    const [{ content }] = request.body["messages"] as [{ content: string }];
    const asksForCode = content.includes("```c code block");
    const mends = content.includes("does not compile") || content.includes("did not compile");
    const reply = !asksForCode
      ? "Keeping the sum makes one pass of the quadratic work."
      : mends || proposals++ === 0
        ? code(mends ? `${body} /* mended */` : body)
        : code(`${body} missing();;`.replace("missing", "int missing ="));
    beginStream(response).end(textEvent(reply, "stop") + usageEvent(300, 40) + done);
  });
  await writeFile(
    join(directory, "team.json"),
    JSON.stringify({
      members: [
        {
          name: "coder",
          spec: `openai:some/coder:7b@${server.endpoint}`,
          price: { inputUsd: 1, outputUsd: 10 },
        },
      ],
    }),
  );
  team = ["--team", "team.json"];
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true });
});

const run = (...args: string[]): Promise<Ran> =>
  lessonbank(args, { directory, environment: { OPENAI_API_KEY: key } });

describe("a model on the team", () => {
  let ran: Ran;
  let result: Record<string, any>;
  beforeAll(async () => {
    const limits = ["--rounds", "2", "--repair", "--seed", "1", "--no-bank", "--journal", "run.jsonl"];
    const optimize = async (): Promise<Ran> => {
      proposals = 0;
      earlier = server.requests.length;
      await rm(join(directory, "run.jsonl"), { force: true });
      return run("optimize", "running-balance", ...team, ...limits, "--json");
    };
    ran = await repeatWhereNoisy(optimize, {
      once: ({ stdout }) => expect(JSON.parse(stdout)).toHaveProperty("best"),
    });
    result = JSON.parse(ran.stdout);
  });

  it("makes the function faster, mends what does not compile, and its calls are counted and paid", () => {
    expect(ran.code).toBe(0);
    expect(result["best"]).toMatchObject({ agent: "coder", confirmed: true });
    expect(result["attempts"].map((each: any) => each.outcome.status)).toEqual([
      "measured",
      "not-compiled",
      "measured",
    ]);
    // Two proposals, a repair, and a lesson for each of three candidates.
    expect(result["costs"]).toMatchObject({ modelCalls: 6, inputTokens: 1800, outputTokens: 240 });
    expect(result["costs"].usd).toBeCloseTo((1800 * 1 + 240 * 10) / 1e6, 12);
    expect(server.requests.length - earlier).toBe(6);
    expect(result["lessons"].map((lesson: any) => lesson.text)).toContain(
      "Keeping the sum makes one pass of the quadratic work.",
    );
  });

  it("is forecast before its first call", () => {
    expect(ran.stderr).toMatch(
      /at most 8 model calls, about [\d,]+ tokens in and [\d,]+ out, about \$0\.0\d+/,
    );
  });

  it("leaves its key nowhere", async () => {
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${key}`);
    const journal = await readFile(join(directory, "run.jsonl"), "utf8");
    for (const text of [ran.stdout, ran.stderr, journal]) expect(text).not.toContain(key);
    expect(journal).toContain('"type":"model-answered"');
  });

  it("is not asked in a replay, which says the same", async () => {
    const before = server.requests.length;
    const replayed = await run("replay", "run.jsonl", "--json");
    expect(replayed.code).toBe(0);
    const { journal: _journal, ...same } = result;
    expect(JSON.parse(replayed.stdout)).toEqual(same);
    expect(server.requests.length).toBe(before);
  });

  it("would have been shown other lessons under another policy, as far as the record tells", async () => {
    const { code: exitCode, stdout } = await run("replay", "run.jsonl", "--select", "none", "--json");
    expect(exitCode).toBe(0);
    const found = JSON.parse(stdout);
    expect(found.shown.map((each: any) => each.asked)).toEqual([[], []]);
    expect(found.recordEnds).toEqual({ round: 1, wanting: expect.stringContaining("coder's model") });
    expect((await run("replay", "run.jsonl", "--rounds", "1")).stdout).toContain("in 1 round at the most");
  });

  it("does here what it did there, measured afresh", async () => {
    const outcomes = (stdout: string): any[] =>
      JSON.parse(stdout).candidates.map((candidate: any) => candidate.here);
    await repeatWhereNoisy(() => run("replay", "run.jsonl", "--retime", "--json"), {
      always({ code: exitCode, stdout }) {
        expect(exitCode).toBe(0);
        const statuses = outcomes(stdout).map(({ status }) => status);
        expect(statuses).toEqual(["measured", "not-compiled", "measured"]);
      },
      once: ({ stdout }) => expect(outcomes(stdout)[0].faster).toBe(true),
    });
  });

  it("is not asked twice for what the journal holds, when the run is resumed", async () => {
    const lines = (await readFile(join(directory, "run.jsonl"), "utf8")).trimEnd().split("\n");
    const cut = lines.findIndex((line) => line.includes('"type":"lesson-banked"'));
    await writeFile(
      join(directory, "cut.jsonl"),
      `${lines.slice(0, cut).join("\n")}\n${lines[cut]?.slice(0, 40)}`,
    );
    const before = server.requests.length;
    const resumed = await run("optimize", "--resume", "cut.jsonl", "--no-bank", "--json");
    expect(resumed.code).toBe(0);
    const again = JSON.parse(resumed.stdout);
    expect(again.costs.modelCalls).toBe(6);
    expect(server.requests.length - before).toBe(4);
    expect(again.best.agent).toBe("coder");
    expect((await run("replay", "cut.jsonl", "--quiet")).code).toBe(0);
    expect(await run("optimize", "--resume", "cut.jsonl")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("this run has ended"),
    });
  });
});

describe("a model that fails", () => {
  it("costs its turns, not the run", async () => {
    const refusing = await startEndpoint((response) => {
      response.writeHead(401, { "content-type": "application/json" }).end('{"error":{"message":"bad key"}}');
    });
    const {
      code: exitCode,
      stdout,
      stderr,
    } = await run(
      "optimize",
      "running-balance",
      "--team",
      `m=openai:m@${refusing.endpoint},rules=rewriter`,
      "--rounds",
      "1",
      "--evaluations",
      "1",
      "--no-journal",
      "--no-bank",
      "--json",
    );
    await refusing.close();
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).attempts.length).toBeGreaterThan(0);
    expect(stderr).toMatch(/! m +openai:m@http.* refuses/);
    expect(stderr).not.toContain(key);
  });
});

describe("what is wrong usage is said, with the remedy", () => {
  it.each([
    [["optimize"], "there is no task"],
    [["optimize", "running-balance", "--team", "m=gpt:4"], "gpt"],
    [["optimize", "running-balance", "--team", "loops=gguf:x.gguf,rules=rewriter"], "x.gguf"],
    [["optimize", "running-balance", "--team", "none.json"], "the team file cannot be read"],
    [["optimize", "running-balance", "--usd", "0"], "It must be a number above 0."],
    [
      ["optimize", "running-balance", "--usd", "1", "--team", "m=openai:m@http://127.0.0.1:9"],
      "--usd cannot be kept",
    ],
    [["optimize", "running-balance", "--resume", "run.jsonl"], "has its task already"],
    [["optimize", "--resume", "run.jsonl", "--seed", "3"], "--seed cannot be changed in the middle of a run"],
    [["optimize", "--resume", "missing.jsonl"], "there is no such journal"],
    [["replay", "team.json"], "does not begin as a journal does"],
    [["replay", "run.jsonl", "--select", "best"], "Allowed choices are"],
    [["replay", "run.jsonl", "--retime", "--rounds", "2"], "--retime measures what was recorded"],
  ])("%j", async (args, message) => {
    const { code: exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(stdout).toBe("");
    expect(exitCode).toBeGreaterThan(0);
  });

  it("a journal from elsewhere does not choose where a key is sent", async () => {
    const text = (await readFile(join(directory, "run.jsonl"), "utf8")).split("\n").slice(0, 4).join("\n");
    const elsewhere = text.replaceAll(server.endpoint, "https://elsewhere.example/v1");
    await writeFile(join(directory, "elsewhere.jsonl"), `${elsewhere}\n`);
    expect(await run("optimize", "--resume", "elsewhere.jsonl")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("uses https://elsewhere.example/v1"),
    });
  });
});
