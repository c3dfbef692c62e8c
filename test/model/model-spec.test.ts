import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { addressOf, formatSpec, parseSpec, type RemoteSpec } from "../../src/model/model-spec.ts";

function refusalOf(text: string): UsageError {
  try {
    parseSpec(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  return expect.fail(`${text} is a spec`);
}

describe("a model's spelling", () => {
  test.each([
    ["hf:Qwen/Qwen2.5-Coder-14B-Instruct", { kind: "hf", model: "Qwen/Qwen2.5-Coder-14B-Instruct" }],
    ["hf:Qwen/Qwen3-32B@groq", { kind: "hf", model: "Qwen/Qwen3-32B", provider: "groq" }],
    ["openai:gpt-4.1", { kind: "openai", model: "gpt-4.1", endpoint: "https://api.openai.com/v1" }],
    [
      "openai:qwen2.5-coder:7b@http://127.0.0.1:11434/v1",
      { kind: "openai", model: "qwen2.5-coder:7b", endpoint: "http://127.0.0.1:11434/v1" },
    ],
    [
      "openai:@cf/meta/llama:8b@https://gateway.example/v1/openai",
      { kind: "openai", model: "@cf/meta/llama:8b", endpoint: "https://gateway.example/v1/openai" },
    ],
    ["gguf:/models/a=b:c@d.gguf", { kind: "gguf", path: "/models/a=b:c@d.gguf" }],
    ["recorded:replies.jsonl", { kind: "recorded", path: "replies.jsonl" }],
  ])("%s is read, and written again as it was", (text, spec) => {
    expect(parseSpec(text)).toEqual(spec);
    expect(formatSpec(parseSpec(text))).toBe(text);
  });

  test.each([
    ["openai:m@http://localhost:11434", "openai:m@http://localhost:11434/v1"],
    ["openai:m@HTTP://LocalHost:11434/v1/", "openai:m@http://localhost:11434/v1"],
    ["openai:m@http://localhost:8080/v1/chat/completions", "openai:m@http://localhost:8080/v1"],
    ["openai:m@https://api.openai.com/v1", "openai:m"],
  ])("%s has one form: %s", (text, normal) => {
    expect(formatSpec(parseSpec(text))).toBe(normal);
  });

  test.each([
    ["openia:m", /"openia" is no kind of model/, /Did you mean "openai:"/],
    ["qwen", /"qwen" is no kind of model/, /hf:ORG\/MODEL/],
    ["", /is no kind of model/, /gguf:PATH/],
    ["gguf:", /names no model/, /gguf:PATH/],
    ["hf:gpt2", /hf:gpt2 names no model of Hugging Face/, /hf:ORG\/MODEL@PROVIDER/],
    ["hf:org/model@http://localhost", /names no model of Hugging Face/, /openai:MODEL@URL/],
    ["openai:@http://localhost/v1", /names no model before its endpoint/, /openai:MODEL@URL/],
    ["openai:http://localhost/v1", /names no model before its endpoint/, /openai:MODEL@URL/],
    ["openai:m@http://[::1/v1", /is not an address/, /looks like/],
    ["gguf:a\u001bb", /names no model/, /gguf:PATH/],
  ])("%j is refused with a remedy", (text, message, remedy) => {
    const error = refusalOf(text);
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
  });

  test("leads to an address, and to the model's name there", () => {
    const addresses = ["hf:a/b", "hf:a/b@groq", "openai:m:7b@http://localhost:11434"].map((text) =>
      addressOf(parseSpec(text) as RemoteSpec),
    );
    expect(addresses).toEqual([
      { endpoint: "https://router.huggingface.co/v1", model: "a/b" },
      { endpoint: "https://router.huggingface.co/v1", model: "a/b:groq" },
      { endpoint: "http://localhost:11434/v1", model: "m:7b" },
    ]);
  });

  test("holds no secret, and the refusal does not repeat it", () => {
    const secret = "hunter2hunter2";
    for (const text of [
      `openai:m@https://user:${secret}@host.example/v1`,
      `openai:m@https://${secret}@host.example/v1`,
      `openai:m@https://host.example/v1?key=${secret}`,
      `openai:m@https://host.example/v1#${secret}`,
      `openai:sk-${secret}`,
      `hf:hf_${secret}/m`,
    ]) {
      const error = refusalOf(text);
      expect(`${error.message} ${error.remedy} ${error.stack}`).not.toContain(secret);
      expect(error.remedy).toMatch(/environment/);
    }
  });
});
