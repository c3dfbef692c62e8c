import { expect, test } from "vitest";
import { ModelError } from "../../src/model/chat-model.ts";
import { parseTeam } from "../../src/model/team.ts";
import { openTeam, silentTeam } from "../../src/run/open-team.ts";

const members = parseTeam("qwen=openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1,rules=rewriter");

test("members become agents: a model's, and the built-in ones for `rewriter`", async () => {
  const team = await openTeam([{ ...members[0]!, repair: true }, members[1]!]);
  expect(team.agents.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    "qwen llm",
    "loops rewriter",
    "arithmetic rewriter",
    "library rewriter",
    "composer rewriter",
  ]);
  expect(team.agents[0]).toHaveProperty("repair");
  expect(team.models.map(({ name }) => name)).toEqual(["openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1"]);
  await team.close();
});

test("a silent team is the same by name and kind, and opens nothing", () => {
  const absent = parseTeam("local=gguf:/nowhere/model.gguf,rules=rewriter");
  const agents = silentTeam(absent);
  expect(agents.map(({ name }) => name)).toEqual(["local", "loops", "arithmetic", "library", "composer"]);
  expect(agents[0]?.speciality).toContain("gguf:model.gguf");
  expect(agents[0]?.speciality).not.toContain("nowhere");
});

test("two agents of one name are refused, and what was opened is closed", async () => {
  await expect(openTeam(parseTeam("loops=openai:m@http://127.0.0.1:1/v1,rules=rewriter"))).rejects.toThrow(
    /two agents of the team are called loops/,
  );
});

test("a model that is not there is named", async () => {
  await expect(openTeam(parseTeam("local=gguf:/nowhere/model.gguf"))).rejects.toThrow(ModelError);
});
