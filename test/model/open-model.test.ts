import { describe, expect, onTestFinished, test } from "vitest";
import { UsageError } from "../../src/errors.ts";
import { ModelError } from "../../src/model/chat-model.ts";
import { openModel } from "../../src/model/open-model.ts";
import { reply, startEndpoint } from "./endpoint-server.ts";

const request = {
  messages: [{ role: "user" as const, content: "x" }],
  sampling: { temperature: 0, topP: 1 },
};

describe("opening a model", () => {
  test("needs a key for Hugging Face and OpenAI, from the variable that is named", async () => {
    for (const [spec, options, variable] of [
      ["hf:org/model", {}, "HF_TOKEN"],
      ["openai:gpt-4.1", {}, "OPENAI_API_KEY"],
      ["openai:m@http://127.0.0.1:1/v1", { keyVariable: "MY_KEY" }, "MY_KEY"],
    ] as const) {
      const error: unknown = await openModel(spec, { ...options, environment: { OTHER: "x" } }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ModelError);
      expect(error).toMatchObject({
        fault: "refused-key",
        message: `${spec} needs a key, and ${variable} is not set`,
      });
      expect((error as ModelError).remedy).toContain(variable);
    }
    await expect(
      openModel("hf:org/model@groq", { environment: { HF_TOKEN: "hf_0123456789" } }),
    ).resolves.toMatchObject({
      name: "hf:org/model@groq",
      price: undefined,
    });
  });

  test("refuses a key that is none without showing it, and takes one with a line end", async () => {
    const error: unknown = await openModel("hf:a/b", { environment: { HF_TOKEN: "two words\nhere" } }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ fault: "refused-key" });
    expect((error as Error).message).not.toContain("words");
    await expect(
      openModel("hf:a/b", { environment: { HF_TOKEN: "hf_0123456789\n" } }),
    ).resolves.toBeDefined();
  });

  test("sends OPENAI_API_KEY to this machine, and over plain http to no other", async () => {
    const server = await startEndpoint((response) => reply(response));
    onTestFinished(() => server.close());
    const environment = { OPENAI_API_KEY: "abcdefghijkl" };
    const near = await openModel(`openai:m@${server.endpoint}`, { environment });
    await near.complete(request);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer abcdefghijkl");
    // This name leads to the same machine, but nothing in the spec says so.
    const far = await openModel(`openai:m@${server.endpoint.replace("127.0.0.1", "0.0.0.0")}`, {
      environment,
    });
    await far.complete(request);
    expect(server.requests[1]?.headers).not.toHaveProperty("authorization");
    const named = await openModel(`openai:m@${server.endpoint.replace("127.0.0.1", "0.0.0.0")}`, {
      environment: { MINE: "abcdefghijkl" },
      keyVariable: "MINE",
    });
    await named.complete(request);
    expect(server.requests[2]?.headers.authorization).toBe("Bearer abcdefghijkl");
  });

  test("lets the team's sampling go before the agent's, and its price before the table's", async () => {
    const server = await startEndpoint((response) => reply(response));
    onTestFinished(() => server.close());
    const price = { inputUsd: 1, outputUsd: 2 };
    const model = await openModel(`openai:m@${server.endpoint}`, {
      environment: {},
      sampling: { temperature: 0.5, seed: 3 },
      contextTokens: 4096,
      price,
    });
    await model.complete(request);
    expect(server.requests[0]?.body).toMatchObject({ temperature: 0.5, seed: 3, top_p: 1 });
    expect(model).toMatchObject({ contextTokens: 4096, price });
  });

  test("has no model for the rewriters", async () => {
    await expect(openModel("rewriter")).rejects.toBeInstanceOf(UsageError);
  });
});
