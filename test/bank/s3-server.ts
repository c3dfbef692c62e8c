/**
 * A real S3 server on the loopback address: moto (`pip install "moto[server]"`), where it is installed. It is a process of Python, and too
 * heavy to be a dependency.
 */
import { execa } from "execa";

export interface S3Server {
  readonly endpoint: string;
  /** Makes an empty bucket. */
  makeBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

const program = `
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
`;

/** Undefined where there is no moto. */
export async function startS3Server(): Promise<S3Server | undefined> {
  const child = execa("python3", ["-c", program], { reject: false, stdin: "pipe" });
  const port = await Promise.race([
    new Promise<string>((said) =>
      child.stdout.once("data", (chunk: Buffer) => said(chunk.toString().trim())),
    ),
    child.then(() => undefined),
  ]);
  if (port === undefined) return undefined;
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    async makeBucket(name) {
      const { ok, status } = await fetch(`${endpoint}/${name}`, { method: "PUT" });
      if (!ok) throw new Error(`the bucket was not made: ${status}`);
    },
    async close() {
      child.stdin.end();
      child.kill();
      await child;
    },
  };
}
