/**
 * Processes of one machine that write to one bank take turns, since commits that meet cost each of them a new try, and the more the longer they
 * take. The lock is an abstract socket of Linux (unix(7)): one process at a time can listen on a name, those that wait are connected to it, and when
 * a process dies, however that comes, the kernel gives the name free at once and tells them. Nothing of it is in the bank's folder.
 *
 * Turns only save time. Whoever has none (on another machine, in another container, after waiting for a suspended process) writes all the same: what
 * keeps a bank whole is that LanceDB's commits are.
 */
import { connect, createServer, type Socket } from "node:net";

/** Far beyond what a write takes. */
const longestWaitMs = 10_000;
/** Who has waited so long in vain does not wait again for a while: the other may be suspended, or not be what it seems. */
const impatientMs = 60_000;
/** For whoever is next to take its turn, before the others may try. */
const handoverMs = 100;

export interface Turns {
  /** Does the work when its turn has come, and throws what it throws. */
  take<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Gives the turn to whoever has waited longest; done when that one has it. */
type Release = () => Promise<void>;

/** `name` is what the bank is called on this machine; of one that has none, everybody may write at any time. */
export function createTurns(name: () => Promise<string | undefined>, waitMs = longestWaitMs): Turns {
  let known: Promise<string | undefined> | undefined;
  let handover: Promise<void> | undefined;
  let impatientUntilMs = 0;
  return {
    async take(work) {
      known ??= name();
      const socket = await known;
      if (socket === undefined) return work();
      await handover;
      const release = await takeTurn(socket, performance.now() < impatientUntilMs ? 0 : waitMs);
      if (!release) impatientUntilMs = performance.now() + impatientMs;
      try {
        return await work();
      } finally {
        handover = release?.();
      }
    },
  };
}

/** Undefined where one has to do without. */
async function takeTurn(name: string, waitMs: number): Promise<Release | undefined> {
  const endMs = performance.now() + waitMs;
  let before: Socket | undefined;
  for (;;) {
    const turn = await tryTurn(name);
    // By this whoever had the turn before sees that it is taken.
    before?.destroy();
    if (turn !== "taken") return turn;
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) return undefined;
    before = await untilFree(name, leftMs);
  }
}

/** Undefined where this machine has no such sockets. */
function tryTurn(name: string): Promise<Release | "taken" | undefined> {
  return new Promise((resolve) => {
    /** In the order in which they came. */
    const waiting = new Set<Socket>();
    const server = createServer((socket) => {
      waiting.add(socket);
      // Who waits says nothing, may be killed, and keeps no process from its end that has had its turn.
      socket
        .on("error", () => {})
        .on("close", () => waiting.delete(socket))
        .resume()
        .unref();
    });
    server.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "EADDRINUSE" ? "taken" : undefined),
    );
    server.listen(`\0${name}`, () =>
      resolve(async () => {
        server.close();
        const [next] = waiting;
        if (!next) return;
        await new Promise<void>((taken) => {
          const timer = setTimeout(taken, handoverMs);
          next.once("close", () => {
            clearTimeout(timer);
            taken();
          });
          next.write(".");
        });
        // They come to whoever has it now, in the same order.
        for (const socket of waiting) socket.destroy();
      }),
    );
  });
}

/** Returns when whoever has the turn is done and says so, or dead, or after `longestMs`; to be closed once the turn is taken. */
function untilFree(name: string, longestMs: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(`\0${name}`);
    const done = (): void => {
      clearTimeout(timer);
      resolve(socket);
    };
    const timer = setTimeout(done, longestMs);
    // "close" also where there is nobody to connect to any more.
    socket
      .on("error", () => {})
      .on("data", done)
      .on("close", done);
  });
}
