/**
 * The README's recipes for models, as written there: a shell takes their lines apart, and whatever they would reach is on this machine instead.
 * A budget of one candidate is added to each.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { NodeLlamaCpp } from "../../src/model/node-llama-cpp.ts";
import { reply, startEndpoint, type EndpointServer } from "../model/endpoint-server.ts";
import { lessonbank } from "./scripted-terminal.ts";

const readme = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8");
const answer = `The loops are interchanged.
\`\`\`cpp
void multiply(const double *a, const double *b, double *c, int rows, int inner, int columns) {
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < columns; j++) c[i * columns + j] = 0;
    for (int k = 0; k < inner; k++)
      for (int j = 0; j < columns; j++) c[i * columns + j] += a[i * inner + k] * b[k * columns + j];
  }
}
\`\`\``;

const { loaded } = vi.hoisted(() => ({ loaded: [] as string[] }));
vi.mock("node-llama-cpp", (): NodeLlamaCpp => ({
  getLlama: async () => ({
    async loadModel({ modelPath }) {
      loaded.push(modelPath);
      const createContext = async () => ({
        contextSize: 8192,
        getSequence: () => ({
          nextTokenIndex: Infinity,
          adaptStateToTokens: async () => {},
          evaluateWithoutGeneratingNewTokens: async () => {},
        }),
        async dispose() {},
      });
      return { tokenizer: {}, trainContextSize: 8192, createContext, async dispose() {} };
    },
    async dispose() {},
  }),
  LlamaChat: class {
    chatWrapper = { generateContextState: () => ({ contextText: { tokenize: () => [] } }) };
    async generateResponse() {
      return { response: answer, metadata: { stopReason: "eogToken" } };
    }
  },
}));

let folder: string;
let server: EndpointServer;
/** Addresses that were asked for over an encrypted connection. */
const encrypted: string[] = [];
const { request: requestEncrypted } = https;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lessonbank-recipes-"));
  server = await startEndpoint((response) => reply(response, answer));
  https.request = ((url: URL, ...rest: never[]) => {
    encrypted.push(url.href);
    return request(new URL(url.pathname, server.endpoint), ...rest);
  }) as typeof https.request;
  syncBuiltinESMExports();
});
afterAll(async () => {
  https.request = requestEncrypted;
  syncBuiltinESMExports();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Recipe {
  readonly args: readonly string[];
  readonly environment: Record<string, string>;
}

/** The block under the heading that names it: what it gives to `npm start`, and the key that it sets. */
function recipe(name: string): Recipe {
  const section = readme.slice(readme.indexOf("\n## With a model\n"));
  const [, block] = /```sh\n(.*?)```/s.exec(section.slice(section.indexOf(`**${name}`))) ?? [];
  const programs = String.raw`
    ollama() { :; }; curl() { :; }
    npm() { [ "$1" = start ] || return 0; printf '%s\0' "$HF_TOKEN" "$@"; }
  `;
  const [token = "", ...words] = execFileSync("/bin/sh", ["-euc", programs + block], {
    encoding: "utf8",
    env: { PATH: "/nowhere", HF_TOKEN: "" },
  }).split("\0");
  expect(words.slice(0, 3)).toEqual(["start", "--", "optimize"]);
  return { args: words.slice(2, -1), environment: token === "" ? {} : { HF_TOKEN: token } };
}

async function follow({ args, environment }: Recipe): Promise<Record<string, any>> {
  const budget = [
    "--rounds",
    "1",
    "--evaluations",
    "1",
    "--seed",
    "1",
    "--no-bank",
    "--no-journal",
    "--json",
  ];
  const { code, stdout, stderr } = await lessonbank([...args, ...budget], { directory: folder, environment });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("at most ");
  const result = JSON.parse(stdout);
  expect(result.attempts).toHaveLength(1);
  expect(result.attempts[0].outcome.status).toBe("measured");
  return result;
}

it("Ollama's asks the server on this machine for the model that was pulled", async () => {
  const { args, environment } = recipe("Ollama");
  const here = args.map((word) => word.replace("http://127.0.0.1:11434/v1", server.endpoint));
  expect(here).not.toEqual(args);
  const before = server.requests.length;
  const { costs } = await follow({ args: here, environment });
  expect(costs.modelCalls).toBe(1);
  expect(server.requests.slice(before)).toMatchObject([
    { path: "/v1/chat/completions", body: { model: "qwen2.5-coder:7b", stream: true } },
  ]);
});

it("Hugging Face's sends the key to the router, and to nobody else", async () => {
  const { args, environment } = recipe("A Hugging Face key");
  expect(environment["HF_TOKEN"]).toMatch(/^hf_/);
  const before = server.requests.length;
  const { costs } = await follow({ args, environment: { HF_TOKEN: "hf_abcdefghijkl" } });
  expect(costs.modelCalls).toBe(1);
  expect(encrypted).toEqual(["https://router.huggingface.co/v1/chat/completions"]);
  expect(server.requests.slice(before)).toMatchObject([
    {
      headers: { authorization: "Bearer hf_abcdefghijkl" },
      body: { model: "Qwen/Qwen2.5-Coder-32B-Instruct" },
    },
  ]);
});

it("the one for a GGUF file runs that file in this process", async () => {
  const { args, environment } = recipe("A GGUF file");
  const file = join(folder, "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf");
  writeFileSync(file, "GGUF\u0003".padEnd(24, "\0"));
  const { costs } = await follow({ args, environment });
  expect(costs.modelCalls).toBe(1);
  expect(loaded).toEqual([file]);
});
