import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { openEmbedder } from "../../src/bank/open-embedder.ts";
import { cosine } from "../../src/bank/similarity.ts";
import { createTransformersEmbedder } from "../../src/bank/transformers-embedder.ts";
import { MachineError } from "../../src/errors.ts";
import { snippets } from "./snippets.ts";

/** `LESSONBANK_TEST_EMBEDDER=FOLDER` names another sentence model. */
const folder = resolve(
  process.env["LESSONBANK_TEST_EMBEDDER"] ??
    fileURLToPath(new URL("../../../shared/models/all-MiniLM-L6-v2", import.meta.url)),
);
const [models, model] = [dirname(folder), basename(folder)];
const installed = isInstalled("@huggingface/transformers");
const missing = [
  ...(installed ? [] : ["@huggingface/transformers is not installed"]),
  ...(existsSync(folder) ? [] : ["there is no model: name its folder as LESSONBANK_TEST_EMBEDDER"]),
];
const testModel = (title: string, run: () => Promise<void>): void =>
  test.skipIf(missing.length > 0)(
    `${title}${missing.length > 0 ? ` (skipped: ${missing.join(", ")})` : ""}`,
    run,
  );

describe("the embedder of a sentence model", () => {
  test.runIf(!installed)("says what to install where its package is absent", async () => {
    const failing = createTransformersEmbedder({ model });
    await expect(failing).rejects.toBeInstanceOf(MachineError);
    await expect(failing).rejects.toMatchObject({
      message: expect.stringContaining("@huggingface/transformers") as string,
      remedy: expect.stringContaining("npm install @huggingface/transformers") as string,
    });
  });

  test.runIf(installed)("says where to look where the model is absent", async () => {
    const failing = createTransformersEmbedder({ model: "no-such-model", localModelPath: "/nowhere" });
    await expect(failing).rejects.toThrow(/no-such-model cannot be loaded/);
    await expect(failing).rejects.toMatchObject({ remedy: expect.stringContaining("/nowhere") as string });
  });

  testModel("brings synonyms together, and code of one kind", async () => {
    const embedder = await openEmbedder(`transformers:${folder}`);
    expect(embedder.id).toMatch(/^transformers-2:[\w.-]+@[0-9a-f]{12}:q8:\w+:features-1$/);
    const [query, near, far] = await embedder.embedText([
      "walk memory contiguously",
      "access the array sequentially",
      "the string is concatenated",
    ]);
    expect(query).toHaveLength(embedder.dimensions);
    expect(Math.hypot(...query!)).toBeCloseTo(1, 5);
    expect(cosine(query!, near!)).toBeGreaterThan(cosine(query!, far!) + 0.1);
    const [product, other, text] = await embedder.embedCode([snippets[0]!, snippets[1]!, snippets[6]!]);
    expect(cosine(product!, other!)).toBeGreaterThan(cosine(product!, text!));
  });

  testModel("gives a text the same vector alone and in a batch, and cuts one that is too long", async () => {
    const embedder = await createTransformersEmbedder({ model, localModelPath: models });
    const long = "loop ".repeat(20_000);
    const texts = ["short", "a text of some more words than the others have", long, `${long} and an end`];
    const together = await embedder.embedText(texts);
    const [alone] = await embedder.embedText(["short"]);
    expect(cosine(alone!, together[0]!)).toBeCloseTo(1, 4);
    expect(cosine(together[2]!, together[3]!)).toBeCloseTo(1, 5);
    expect(await embedder.embedText([])).toEqual([]);
  });

  testModel(
    "pools and prefixes as the model's own files say, unless told otherwise, and says so in its id",
    async () => {
      const copy = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
      onTestFinished(() => rm(copy, { recursive: true, force: true }));
      await cp(folder, join(copy, "own"), { recursive: true, filter: (path) => !path.endsWith("/onnx") });
      await symlink(join(folder, "onnx"), join(copy, "own", "onnx"));
      await mkdir(join(copy, "own", "1_Pooling"), { recursive: true });
      await writeFile(
        join(copy, "own", "1_Pooling", "config.json"),
        JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
      );
      await writeFile(
        join(copy, "own", "config_sentence_transformers.json"),
        JSON.stringify({ prompts: { query: "query: ", passage: "passage: " } }),
      );
      const [plain, own, told] = await Promise.all([
        createTransformersEmbedder({ model, localModelPath: models, pooling: "mean" }),
        createTransformersEmbedder({ model: "own", localModelPath: copy }),
        createTransformersEmbedder({
          model: "own",
          localModelPath: copy,
          pooling: "mean",
          prefixes: { query: "", document: "" },
        }),
      ]);
      expect(own.id).toContain(":cls:");
      expect(own.id).toContain('["query: ","passage: "]');
      expect(told.id.replace(":own@", `:${model}@`)).toBe(plain.id);
      const text = "the loop walks along a row";
      const [[asked], [banked], [mean], [same]] = await Promise.all([
        own.embedText([text], "query"),
        own.embedText([text]),
        plain.embedText([text]),
        told.embedText([text], "query"),
      ]);
      expect(cosine(asked!, banked!)).toBeLessThan(0.999);
      expect(cosine(banked!, mean!)).toBeLessThan(0.999);
      expect(cosine(same!, mean!)).toBeCloseTo(1, 5);
    },
  );

  testModel(
    "downloads a model by its name once, with what its files say, and then needs no network",
    async () => {
      const { env } = (await import("@huggingface/transformers" as string)) as {
        env: { remoteHost: string };
      };
      const cacheFolder = await mkdtemp(join(tmpdir(), "lessonbank-test-"));
      const asked: string[] = [];
      const server = createServer((request, response) => {
        const path = (request.url ?? "").replace("/org/sentences/resolve/main/", "");
        asked.push(path);
        if (path === "1_Pooling/config.json") {
          response.end('{"pooling_mode_cls_token":true}');
          return;
        }
        void readFile(join(folder, path)).then(
          (content) => response.end(content),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((done) => {
        server.listen(0, "127.0.0.1", done);
      });
      const { remoteHost } = env;
      env.remoteHost = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      onTestFinished(async () => {
        env.remoteHost = remoteHost;
        server.close();
        await rm(cacheFolder, { recursive: true, force: true });
      });
      const first = await openEmbedder("transformers:org/sentences", { cacheFolder });
      expect(first.id).toMatch(/^transformers-2:sentences@[0-9a-f]{12}:q8:cls:/);
      expect(asked).toContain("onnx/model_quantized.onnx");
      server.closeAllConnections();
      await new Promise<void>((done) => {
        server.close(() => done());
      });
      const again = await openEmbedder("transformers:org/sentences", { cacheFolder });
      expect(again.id).toBe(first.id);
      const failing = openEmbedder("transformers:org/another", { cacheFolder });
      await expect(failing).rejects.toBeInstanceOf(MachineError);
      await expect(failing).rejects.toMatchObject({ remedy: expect.stringMatching(/network/) as string });
    },
  );
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
