/**
 * The tools that lessonbank needs from the system, whether they work here, and how each package manager installs them.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";

/** Every tool is tried, not looked up: a compiler without its headers, or a broken link, is as good as none. */
const tools = [
  {
    name: "a C compiler",
    package: "c",
    probe: ["gcc", ["-E", "-x", "c", "-include", "stdlib.h", "/dev/null"]],
  },
  {
    name: "a C++ compiler",
    package: "c++",
    probe: ["g++", ["-E", "-x", "c++", "-include", "cstdlib", "/dev/null"]],
  },
  { name: "bubblewrap", package: "bubblewrap", probe: ["bwrap", ["--version"]] },
  // A fast linker: every candidate is linked, and mold saves a third of that. The compiler's own linker does too.
  { name: "mold", package: "mold", probe: ["mold", ["--version"]], optional: true },
];

const managers = [
  {
    command: "apt-get",
    packages: { c: ["gcc", "libc6-dev"], "c++": ["g++"], bubblewrap: ["bubblewrap"], mold: ["mold"] },
    refresh: "apt-get update",
    install: "apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300",
    isFresh: () => hasFiles("/var/lib/apt/lists", (name) => name.includes("_Packages")),
  },
  {
    command: "dnf",
    packages: { c: ["gcc", "glibc-devel"], "c++": ["gcc-c++"], bubblewrap: ["bubblewrap"], mold: ["mold"] },
    install: "dnf install -y",
  },
  {
    command: "apk",
    packages: {
      c: ["gcc", "musl-dev", "linux-headers"],
      "c++": ["g++"],
      bubblewrap: ["bubblewrap"],
      mold: ["mold"],
    },
    install: "apk add --no-cache",
  },
  {
    command: "pacman",
    packages: { c: ["gcc"], "c++": ["gcc"], bubblewrap: ["bubblewrap"], mold: ["mold"] },
    refresh: "pacman -Sy --noconfirm",
    install: "pacman -S --noconfirm --needed",
    isFresh: () => hasFiles("/var/lib/pacman/sync", (name) => name.endsWith(".db")),
  },
];

/** The tools that do not work here, as `{ name, package, optional }`. */
export function missingTools() {
  return tools.filter((tool) => !works(tool.probe[0], tool.probe[1]));
}

/**
 * How the missing tools get here: `command` for a person (absent where the package manager is unknown: then `advice` says what is
 * needed), whether this process may run it, and `attempts`, each a list of shell lines, to be tried in order until one succeeds.
 */
export function planInstallation(missing, machine = thisMachine()) {
  const manager = managers.find((candidate) => machine.has(candidate.command));
  if (!manager) {
    const names = missing.map((tool) => tool.name).join(", ");
    return {
      allowed: false,
      attempts: [],
      advice: `Install these with your system's package manager, then try again: ${names}.`,
    };
  }
  const needed = missing.filter((tool) => !tool.optional);
  const prefix = machine.root ? "" : "sudo -n ";
  const install = (list) =>
    `${prefix}${manager.install} ${[...new Set(list.flatMap((tool) => manager.packages[tool.package]))].join(" ")}`;
  const refresh = manager.refresh ? [`${prefix}${manager.refresh}`] : [];

  const lists = [missing, ...(needed.length > 0 && needed.length < missing.length ? [needed] : [])];
  const attempts = lists.map((list) => [...refresh, install(list)]);
  // Package lists that are already here save half a minute; where they turn out to be old, the next attempt refreshes them.
  if (manager.refresh && manager.isFresh()) attempts.unshift([install(missing)]);

  const forPerson = [...refresh, install(missing)].join(" && ").replaceAll("sudo -n ", "sudo ");
  return {
    command: forPerson,
    allowed: machine.root || machine.sudo(),
    attempts,
    environment: { DEBIAN_FRONTEND: "noninteractive" },
  };
}

function thisMachine() {
  return {
    has: (command) => works("sh", ["-c", `command -v ${command}`]),
    root: process.getuid?.() === 0,
    sudo: () => works("sudo", ["-n", "true"]),
  };
}

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function hasFiles(folder, accept) {
  return existsSync(folder) && readdirSync(folder).some(accept);
}
