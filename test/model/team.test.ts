import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { parseTeam, parseTeamFile, readTeamFile, type TeamMember } from "../../src/model/team.ts";

const places = { directory: "/models" };

function refusalOf(parse: () => unknown): UsageError {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  return expect.fail("it is a team");
}

describe("a team in one line", () => {
  test("names its members and their models", () => {
    expect(
      parseTeam(
        "qwen=hf:Qwen/Qwen2.5-Coder-14B-Instruct, local = gguf:m/a=b.gguf,o=openai:qwen2.5-coder:7b@http://127.0.0.1:11434,rules=rewriter",
        places,
      ),
    ).toEqual([
      { name: "qwen", spec: "hf:Qwen/Qwen2.5-Coder-14B-Instruct" },
      { name: "local", spec: "gguf:/models/m/a=b.gguf" },
      { name: "o", spec: "openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1" },
      { name: "rules", spec: "rewriter" },
    ]);
  });

  test("gives names to members without one", () => {
    expect(
      parseTeam(
        "rewriter,hf:Qwen/Qwen3-32B@groq,openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1,gguf:~/x=1.gguf,openai:7b",
        places,
      ),
    ).toEqual([
      { name: "rewriter", spec: "rewriter" },
      { name: "Qwen3-32B", spec: "hf:Qwen/Qwen3-32B@groq" },
      { name: "qwen2-5-coder-7b", spec: "openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1" },
      { name: "x-1", spec: `gguf:${homedir()}/x=1.gguf` },
      { name: "b", spec: "openai:7b" },
    ]);
  });

  test("is the same team when it is read from what a journal kept of it", () => {
    const members = parseTeam("a=gguf:m.gguf,b=hf:x/y,rewriter", places);
    const kept = JSON.parse(JSON.stringify(members)) as TeamMember[];
    expect(parseTeamFile({ members: kept }, "/elsewhere/journal.json")).toEqual(members);
  });

  test.each([
    ["", /at least one member/, /rules=rewriter/],
    ["a=rewriter,,b=rewriter", /member 2 of the team is empty/, /look like/],
    ["a=rewriter,A=hf:x/y", /two members of the team are called A/, /first=/],
    ["rewriter,rewriter", /two members of the team are called rewriter/, /Name each once/],
    ["=rewriter", /no name/, /letters/],
    ["two words=rewriter", /"two words" is not a member's name/, /letters/],
    ["a=", /a: "" is no kind of model/, /gguf:PATH/],
    ["a=rewriters", /a: "rewriters" is no kind of model/, /Did you mean "rewriter"/],
    ["a=ggfu:x", /a: "ggfu" is no kind of model/, /Did you mean "gguf:"/],
    [
      "local=gguf:/models/a,b.gguf",
      /"b.gguf" is no kind of model/,
      /comma in its name goes into a team file/,
    ],
    ["a=openai:m@http://me:secret@host/v1", /a: the endpoint at host holds a user/, /keyVariable/],
  ])("%j is refused with a remedy", (text, message, remedy) => {
    const error = refusalOf(() => parseTeam(text, places));
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(`${error.message} ${error.remedy}`).not.toContain("secret@");
  });
});

describe("a team file", () => {
  const member = { name: "m", spec: "openai:qwen:7b" };
  const parse = (fields: object): TeamMember[] =>
    parseTeamFile({ members: [{ ...member, ...fields }] }, "/teams/team.json");

  test("says more of its members, and its paths begin at its folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lessonbank-team-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const settings = {
      sampling: { temperature: 0.7, maxTokens: 2048, seed: 1 },
      limits: { totalMs: 60_000, tries: 2 },
      contextTokens: 16_384,
    };
    const path = join(folder, "team.json");
    const members = [
      {
        name: "near",
        spec: "openai:qwen:7b",
        endpoint: "http://127.0.0.1:11434",
        keyVariable: "MY_KEY",
        ...settings,
      },
      { name: "file", spec: "gguf:a,b.gguf", threads: 2, gpu: false, price: { inputUsd: 0, outputUsd: 0.1 } },
      { name: "rules", spec: "rewriter" },
    ];
    await writeFile(path, JSON.stringify({ $schema: "./team.schema.json", members }));
    expect(await readTeamFile(path)).toEqual([
      { name: "near", spec: "openai:qwen:7b@http://127.0.0.1:11434/v1", keyVariable: "MY_KEY", ...settings },
      { ...members[1], spec: `gguf:${join(folder, "a,b.gguf")}` },
      members[2],
    ]);
  });

  test.each([
    [{ temprature: 1 }, /unknown key "temprature" in "members.0"/, /The keys there are name, spec/],
    [
      { sampling: { temprature: 1 } },
      /unknown key "temprature" in "members.0.sampling"/,
      /Did you mean "temperature"/,
    ],
    [{ limits: { totalMS: 1 } }, /unknown key "totalMS"/, /Did you mean "totalMs"/],
    [{ sampling: { temperature: 3 } }, /"members.0.sampling.temperature"/, /looks like/],
    [{ spec: 7 }, /"members.0.spec"/, /looks like/],
    [{ threads: 2 }, /m: "threads" means nothing to openai/, /goes with gguf:/],
    [{ spec: "rewriter", sampling: {} }, /m: "sampling" means nothing to rewriter/, /goes with hf:/],
    [{ spec: "hf:a/b", endpoint: "http://localhost/v1" }, /goes with openai: models alone/, /openai:MODEL/],
    [
      { spec: "openai:m@http://a/v1", endpoint: "http://localhost/v1" },
      /an endpoint in its "spec" and in "endpoint"/,
      /once/,
    ],
    [{ endpoint: "ftp://localhost" }, /not an address of http/, /looks like/],
  ])("refuses %j with the place and a remedy", (fields, message, remedy) => {
    const error = refusalOf(() => parse(fields));
    expect(error.message).toMatch(/^\/teams\/team.json: /);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });

  test("has no place for a key, wherever and however it is spelt, and does not repeat it", () => {
    const secret = "verysecretvalue";
    const places = [
      { key: secret },
      { apiKey: secret },
      { api_key: secret },
      { sampling: { token: secret } },
      { keyVariable: secret },
      { keyVariable: `sk-${secret}` },
      { endpoint: `http://user:${secret}@localhost/v1` },
      { endpoint: `http://localhost/v1?api_key=${secret}` },
    ];
    for (const fields of places) {
      const error = refusalOf(() => parse(fields));
      expect(`${error.message} ${error.remedy} ${error.stack} ${String(error.cause)}`).not.toContain(secret);
    }
    expect(refusalOf(() => parse({ apiKey: secret })).remedy).toContain('"keyVariable"');
  });

  test("that is absent, no JSON or empty is refused by its name", async () => {
    await expect(readTeamFile("/nowhere/team.json")).rejects.toThrow(
      "/nowhere/team.json: the team file cannot be read",
    );
    expect(refusalOf(() => parseTeamFile({ members: [] }, "t.json")).message).toMatch(/^t.json: "members"/);
    expect(refusalOf(() => parseTeamFile(7, "t.json")).message).toMatch(/^t.json: /);
  });
});
