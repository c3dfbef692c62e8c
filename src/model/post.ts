/**
 * A POST request on a connection of its own, which is closed with it. Node's fetch would do but for three things: after an abort it leaves
 * a connection open, it cannot be told to wait longer than 300 s for a slow model, and it follows redirects by itself.
 */
import { request as requestPlain, type IncomingMessage } from "node:http";
import { request as requestEncrypted } from "node:https";

export interface PostOptions {
  readonly headers: Headers;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Called once the endpoint's machine has answered, before a byte is sent. */
  readonly onConnected: () => void;
}

/** The answer as its headers have come. Rejects with Node's error where there is no connection, or when aborted. */
export function post(
  url: URL,
  { headers, body, signal, onConnected }: PostOptions,
): Promise<IncomingMessage> {
  const encrypted = url.protocol === "https:";
  return new Promise((resolve, reject) => {
    const request = (encrypted ? requestEncrypted : requestPlain)(url, {
      method: "POST",
      headers: { ...Object.fromEntries(headers), "content-length": Buffer.byteLength(body) },
      agent: false,
      signal,
    });
    request.once("socket", (socket) => socket.once(encrypted ? "secureConnect" : "connect", onConnected));
    request.once("response", resolve);
    // It stays: an abort also ends the request of an answer that came long ago.
    request.on("error", reject);
    request.end(body);
  });
}
