#!/usr/bin/env node
/**
 * The way to an OpenAI-compatible endpoint, tried on a real server with a real model: `npm run try:server -- --model FILE.gguf`. Not part of
 * `npm test`: the server (Python's llama-cpp-python) is built from source where it is not there yet, which takes a quarter of an hour, and the
 * model is yours to bring. `--python FOLDER` names the virtual environment to use or make (default: .lessonbank/llama-server).
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root, setUpOrExit } from "./setup.mjs";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    python: { type: "string", default: join(root, ".lessonbank", "llama-server") },
  },
});
if (values.model === undefined || !existsSync(values.model)) {
  console.error("name a GGUF file: npm run try:server -- --model FILE");
  process.exit(2);
}
await setUpOrExit();
const environment = resolve(values.python);
const python = join(environment, "bin", "python");
if (!existsSync(python)) run("python3", ["-m", "venv", environment]);
if (spawnSync(python, ["-c", "import llama_cpp.server"]).status !== 0)
  run(python, ["-m", "pip", "install", "--quiet", "llama-cpp-python[server]"]);

const port = await freePort();
const server = spawn(
  python,
  [
    "-m",
    "llama_cpp.server",
    "--model",
    resolve(values.model),
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    "--n_ctx",
    "2048",
  ],
  { stdio: ["ignore", "ignore", "ignore"] },
);
const endpoint = `http://127.0.0.1:${port}/v1`;
const failures = [];
try {
  await untilItAnswers();
  const { loadTask, ModelError, openModel, openTeam, optimize, parseTeam } = await import(
    join(root, "dist", "index.js")
  );
  const sampling = { temperature: 0, topP: 1, maxTokens: 40 };
  const ask = (model, content, more = {}) =>
    model.complete({ messages: [{ role: "user", content }], sampling: { ...sampling, ...more } });

  const model = await openModel(`openai:local@${endpoint}`);
  // As long as what agents ask: of a few words a model's own frame would be most.
  const source = readFileSync(join(root, "tasks", "csv-report", "reference.cpp"), "utf8");
  const question = `${source}\n\nIs this C++? Answer with the one word: yes.`;
  const reply = await ask(model, question);
  check("answers", /yes/i.test(reply.text), reply);
  const counted = await countTokens(question);
  const { inputTokens, estimated } = reply.usage;
  check(
    "counts its tokens, or is estimated (and said to be) within half of what it counts",
    estimated ? inputTokens > counted / 1.5 && inputTokens < counted * 1.5 : inputTokens === counted,
    { usage: reply.usage, counted },
  );
  const cut = await ask(model, "Count from one to one hundred in words.", { maxTokens: 8 });
  check("says that a reply was cut at its end of tokens", cut.ending === "length", cut);
  const overflow = await ask(model, "word ".repeat(5000)).catch((error) => error);
  check(
    "names a context overflow",
    overflow instanceof ModelError && overflow.fault === "context-overflow",
    overflow,
  );
  const stopping = new AbortController();
  const began = performance.now();
  setTimeout(() => stopping.abort(new Error("stopped")), 500);
  const stopped = await model
    .complete(
      {
        messages: [{ role: "user", content: "Tell a long story." }],
        sampling: { ...sampling, maxTokens: 1000 },
      },
      { signal: stopping.signal },
    )
    .catch((error) => error);
  check("stops when told to", stopped.message === "stopped" && performance.now() - began < 2000, stopped);
  const nobody = await openModel(`openai:local@http://127.0.0.1:${await freePort()}/v1`, {
    limits: { tries: 2, firstWaitMs: 10 },
  });
  const unreachable = await ask(nobody, "Hello?").catch((error) => error);
  check("names an endpoint that is not there", unreachable.fault === "unavailable", unreachable);

  const team = await openTeam(parseTeam(`local=openai:local@${endpoint},rules=rewriter`));
  const task = await loadTask(join(root, "tasks", "running-balance"));
  const { best, costs, attempts } = await optimize({
    task,
    agents: team.agents,
    rounds: 2,
    modelCalls: 3,
    seed: 1,
  }).result;
  await team.close();
  check(
    "takes part in a run",
    costs.modelCalls === 3 && costs.outputTokens > 0 && attempts.length > 0,
    costs,
  );
  console.log(
    `  ${attempts.length} candidates, ${costs.inputTokens + costs.outputTokens} tokens; best: ${best ? `${best.speedup.ratio.toFixed(2)}× by ${best.agent}` : "nothing faster"}`,
  );
} finally {
  server.kill("SIGKILL");
}
console.log(failures.length === 0 ? "all of it holds" : `failed: ${failures.join("; ")}`);
process.exit(failures.length === 0 ? 0 : 1);

function check(what, holds, seen) {
  console.log(`${holds ? "✓" : "✗"} ${what}`);
  if (holds) return;
  failures.push(what);
  console.log(seen);
}

function run(command, args) {
  console.log(`$ ${[command, ...args].join(" ")}`);
  if (spawnSync(command, args, { stdio: "inherit" }).status !== 0) process.exit(1);
}

/** What the server itself counts for a prompt, which it says where it does not stream. */
async function countTokens(content) {
  const answer = await fetch(`${endpoint}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "local", messages: [{ role: "user", content }], max_tokens: 1 }),
  });
  return (await answer.json()).usage.prompt_tokens;
}

async function untilItAnswers() {
  for (let tries = 0; tries < 240; tries++) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const answer = await fetch(`${endpoint}/models`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error("the server did not answer within two minutes");
}

function freePort() {
  return new Promise((found) => {
    const probe = createServer();
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => found(port));
    });
  });
}
