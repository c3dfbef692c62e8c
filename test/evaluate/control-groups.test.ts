import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  groupFolders,
  openSessionGroup,
  parseGroupMounts,
  parseOwnGroups,
  removeAbandoned,
} from "../../src/evaluate/control-groups.ts";
import { temporaryFolder } from "./temporary.ts";

/** A made-up system: files by path, in a folder of its own. */
async function makeSystem(files: Record<string, string>): Promise<string> {
  const root = await temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Where groups can be made, as `KIND:PATH` with the made-up root gone. */
async function foldersOf(files: Record<string, string>): Promise<string[][]> {
  const root = await makeSystem(files);
  return groupFolders(root).map((folders) =>
    folders.map(({ kind, path }) => `${kind}:${path.slice(root.length)}`),
  );
}

const mountOf = (
  type: "cgroup" | "cgroup2",
  point: string,
  { root = "/", controllers = "rw", mode = "rw" } = {},
): string =>
  `30 24 0:26 ${root} ${point} ${mode},nosuid,nodev shared:9 - ${type} ${type} rw,${controllers}\n`;

const unifiedMount = mountOf("cgroup2", "/sys/fs/cgroup");
const both = "cpu io memory pids\n";

describe("groupFolders", () => {
  it("in version 1 are beneath the own group, a hierarchy each", async () => {
    expect(
      await foldersOf({
        "proc/self/cgroup": "9:name=systemd:/\n8:pids:/\n4:memory:/jobs/7\n0::/\n",
        "proc/self/mountinfo":
          mountOf("cgroup", "/sys/fs/cgroup/memory", { controllers: "memory" }) +
          mountOf("cgroup", "/sys/fs/cgroup/pids", { controllers: "pids" }) +
          mountOf("cgroup2", "/sys/fs/cgroup/unified"),
        "sys/fs/cgroup/unified/cgroup.subtree_control": "\n",
      }),
    ).toEqual([["memory:/sys/fs/cgroup/memory/jobs/7", "pids:/sys/fs/cgroup/pids"]]);
  });

  it("in a container that sees its own group as the root are found through the mount's root", async () => {
    expect(
      await foldersOf({
        "proc/self/cgroup": "3:cpuset,memory:/docker/abc/inner\n",
        "proc/self/mountinfo": mountOf("cgroup", "/sys/fs/cgroup/memory", {
          root: "/docker/abc",
          controllers: "cpuset,memory",
        }),
      }),
    ).toEqual([["memory:/sys/fs/cgroup/memory/inner"]]);
  });

  it("are none where the hierarchy is mounted read-only, or elsewhere", async () => {
    const own = { "proc/self/cgroup": "4:memory:/docker/abc\n" };
    const controllers = "memory";
    expect(
      await foldersOf({
        ...own,
        "proc/self/mountinfo": mountOf("cgroup", "/m", { controllers, mode: "ro" }),
      }),
    ).toEqual([]);
    expect(
      await foldersOf({
        ...own,
        "proc/self/mountinfo": mountOf("cgroup", "/m", { controllers, root: "/docker/ab" }),
      }),
    ).toEqual([]);
    expect(await foldersOf({})).toEqual([]);
  });

  it("in version 2 as root are beside the own group, whose processes keep it from having groups", async () => {
    expect(
      await foldersOf({
        "proc/self/cgroup": "0::/system.slice/ssh.service\n",
        "proc/self/mountinfo": unifiedMount,
        "sys/fs/cgroup/cgroup.subtree_control": both,
        "sys/fs/cgroup/system.slice/cgroup.subtree_control": both,
        "sys/fs/cgroup/system.slice/ssh.service/cgroup.subtree_control": "\n",
        "sys/fs/cgroup/system.slice/ssh.service/memory.max": "max\n",
      }),
    ).toEqual([["unified:/sys/fs/cgroup/system.slice"], ["unified:/sys/fs/cgroup"]]);
  });

  it("in version 2 delegated to a user begin with the nearest that has both controllers", async () => {
    const user = "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service";
    expect(
      (
        await foldersOf({
          "proc/self/cgroup": "0::/user.slice/user-1000.slice/user@1000.service/app.slice/shell.scope\n",
          "proc/self/mountinfo": unifiedMount,
          [`${user}/cgroup.subtree_control`]: "memory pids\n",
          [`${user}/app.slice/cgroup.subtree_control`]: "pids\n",
          [`${user}/app.slice/shell.scope/cgroup.subtree_control`]: "\n",
        })
      )[0],
    ).toEqual([`unified:/${user}`]);
  });

  it("never leave a group behind that somebody limited", async () => {
    const limited = {
      "proc/self/cgroup": "0::/a/b\n",
      "proc/self/mountinfo": unifiedMount,
      "sys/fs/cgroup/cgroup.subtree_control": both,
      "sys/fs/cgroup/a/cgroup.subtree_control": both,
    };
    expect(await foldersOf({ ...limited, "sys/fs/cgroup/a/b/memory.max": "1000000\n" })).toEqual([]);
    expect(await foldersOf({ ...limited, "sys/fs/cgroup/a/pids.max": "100\n" })).toEqual([
      ["unified:/sys/fs/cgroup/a"],
    ]);
  });
});

describe("what the kernel writes", () => {
  it("of the own groups has controllers, none of them in version 2", () => {
    expect(parseOwnGroups("2:cpu,cpuacct:/x:y\n0::/a b\nnonsense\n")).toEqual([
      { controllers: ["cpu", "cpuacct"], path: "/x:y" },
      { controllers: [], path: "/a b" },
    ]);
  });

  it("of mounts may hold escaped spaces and optional fields", () => {
    const line = String.raw`41 31 0:38 / /sys/fs/my\040groups rw - cgroup2 cgroup2 rw`;
    expect(parseGroupMounts(`${line}\n22 1 8:1 / / rw shared:1 master:2 - ext4 /dev/sda1 rw\n`)).toEqual([
      { version: 2, controllers: ["rw"], root: "/", point: "/sys/fs/my groups" },
    ]);
  });
});

describe("a session's group", () => {
  it("is not made where the kernel does not make it one", async () => {
    const path = await temporaryFolder();
    expect(await openSessionGroup(async () => true, [[{ kind: "memory", path }]])).toBeUndefined();
    expect(readdirSync(path)).toEqual([]);
  });

  it("that a killed process left is removed, those of others are not", async () => {
    const path = await temporaryFolder();
    const dead = "lessonbank-999999999-1-0123456789ab";
    const reused = `lessonbank-${process.pid}-1-0123456789ab`;
    const start = /\) . (?:\S+ ){18}(\d+)/.exec(readFileSync("/proc/self/stat", "utf8"))?.[1];
    const alive = `lessonbank-${process.pid}-${start}-0123456789ab`;
    for (const name of [`${dead}/jail-1`, reused, alive, "somebody-else"])
      mkdirSync(join(path, name), { recursive: true });
    removeAbandoned(path);
    expect(readdirSync(path).toSorted()).toEqual([alive, "somebody-else"].toSorted());
  });

  it.runIf(groupFolders().length > 0 && process.getuid?.() === 0)(
    "is made, has limits, and goes, on this machine",
    async () => {
      let tried: readonly string[] = [];
      const group = await openSessionGroup(async (parents) => {
        tried = parents;
        return true;
      });
      expect(group?.parents).toEqual(tried);
      const folders = tried.map((parent) => parent.slice(parent.indexOf(":") + 1));
      expect(folders.every((folder) => existsSync(folder))).toBe(true);
      group?.close();
      expect(folders.some((folder) => existsSync(folder))).toBe(false);
    },
  );

  it.runIf(groupFolders().length > 0 && process.getuid?.() === 0)(
    "clears away what a killed process left on this machine, when it is made",
    async () => {
      const left = (groupFolders()[0] ?? []).map(({ path }) =>
        join(path, "lessonbank-999999999-1-0123456789ab"),
      );
      for (const folder of left) mkdirSync(join(folder, "jail-1"), { recursive: true });
      (await openSessionGroup(async () => true))?.close();
      expect(left.some((folder) => existsSync(folder))).toBe(false);
    },
  );

  it("is given up where it turns out to be of no use", async () => {
    let tried: readonly string[] = [];
    const refuse = async (parents: readonly string[]): Promise<boolean> => {
      tried = parents;
      return false;
    };
    expect(await openSessionGroup(refuse)).toBeUndefined();
    for (const parent of tried) expect(existsSync(parent.slice(parent.indexOf(":") + 1))).toBe(false);
  });
});
