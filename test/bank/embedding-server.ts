/** Vectors as servers send them, over the loopback server of the model tests. */
import {
  refuse,
  startEndpoint,
  type Answer,
  type EndpointServer,
  type SeenRequest,
} from "../model/endpoint-server.ts";

export { refuse, type Answer, type EndpointServer };

const servers: EndpointServer[] = [];

export async function serve(answer: Answer): Promise<EndpointServer> {
  const server = await startEndpoint(answer);
  servers.push(server);
  return server;
}

export async function closeServers(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}

/** The texts that a request is about, in either protocol. */
export function textsOf({ body }: SeenRequest): string[] {
  return (body["input"] ?? body["inputs"]) as string[];
}

/** Not of length 1, and told apart by the text's length and first character. */
export function vectorOf(text: string): number[] {
  return [3 + text.length, text.codePointAt(0) ?? 0, 1, 2];
}

/** As OpenAI does it, in another order than asked: the index counts. */
export const embedOpenai: Answer = (response, request) => {
  const data = textsOf(request)
    .map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }))
    .toReversed();
  refuse(response, 200, { object: "list", model: "m", data, usage: { prompt_tokens: 1, total_tokens: 1 } });
};

export const embedHuggingFace: Answer = (response, request) => {
  refuse(response, 200, textsOf(request).map(vectorOf));
};
