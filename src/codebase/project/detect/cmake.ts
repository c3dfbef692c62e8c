/** What CMake's files offer: CTest, the options that tests and benchmarks wait for, and programs that look like benchmarks. */
import { join } from "node:path";
import { benchFolders, filesIn, shellWord, type CommandGuess } from "./guess.ts";
import { readSmall } from "../read-small.ts";

/** A build folder of our own, so that one of the user's stays as it is. */
export const buildFolder = "build-lessonbank";

/** Options of these names, where they are off, leave out what is looked for. */
const buildsTests = /^option\s*\(\s*(\w+)\s+(?:"[^"]*"|\w+)\s+(?:OFF|FALSE|NO|0)\s*\)/gim;
const meansTests = /(?:^|_)(?:UNIT_?)?(?:TESTS?|TESTING|BENCH|BENCHMARKS?)$/i;
/** CMake takes other names only where it is told to. */
const targetName = /^[\w.+-]+$/;
const benchName = /bench|perf|speed/i;

export async function cmake(root: string): Promise<CommandGuess[]> {
  const lists = await cmakeLists(root);
  const all = lists.map(({ text }) => text).join("\n");
  const options = [...all.matchAll(buildsTests)].flatMap(([, name = ""]) =>
    meansTests.test(name) ? [`-D${name}=ON`] : [],
  );
  const flags = ["-DCMAKE_BUILD_TYPE=Release", ...(await releaseFlags(root)), ...new Set(options)];
  const why = `there is a CMakeLists.txt${options.length > 0 ? ", whose tests have to be asked for" : ""}`;
  return [
    {
      key: "build",
      // With names of inlined functions, for the profile; they cost a program no time.
      command: `CFLAGS=-g CXXFLAGS=-g cmake -S . -B ${buildFolder} ${flags.join(" ")} && cmake --build ${buildFolder} -j $(nproc)`,
      why,
    },
    { key: "test", command: `ctest --test-dir ${buildFolder} --output-on-failure`, why, after: [] },
    ...(await benchmarks(root, lists)).map((path): CommandGuess => ({
      key: "bench",
      command: shellWord(`./${buildFolder}/${path}`),
      why: `CMake builds ${path.replace(/^.*\//, "")}`,
      after: [],
    })),
  ];
}

interface CMakeList {
  /** Relative to the root; "" is the root. */
  readonly folder: string;
  readonly text: string;
}

/** The root's, and those of the folders that it adds: others are projects of their own. */
async function cmakeLists(root: string): Promise<CMakeList[]> {
  const found: CMakeList[] = [];
  const folders = [""];
  for (const folder of folders) {
    const text = await readSmall(join(root, folder, "CMakeLists.txt"));
    if (!text) continue;
    found.push({ folder, text });
    for (const [, name = ""] of text.matchAll(/\badd_subdirectory\s*\(\s*"?([\w./-]+)/gi)) {
      const path = join(folder, name);
      if (!path.startsWith("..") && !folders.includes(path) && folders.length < mostFolders)
        folders.push(path);
    }
  }
  return found;
}

const mostFolders = 100;

/** Paths in the build folder of programs that are named like benchmarks. */
async function benchmarks(root: string, lists: readonly CMakeList[]): Promise<string[]> {
  const sources = await filesIn(
    root,
    [...benchFolders, "test", "tests"],
    /^\w*(?:bench|perf)\w*\.(?:c|cc|cpp|cxx)$/,
  );
  return lists.flatMap(({ folder, text }) => {
    const targets = [...text.matchAll(/\badd_executable\s*\(\s*"?([^\s")]+)/gi)].map(([, name = ""]) => name);
    const inOneFolder = /RUNTIME_OUTPUT_DIRECTORY\s+"?\$\{(?:CMAKE|PROJECT)_BINARY_DIR\}\/(\w+)/.exec(
      text,
    )?.[1];
    const place = inOneFolder ?? folder;
    const named = targets.filter((name) => benchName.test(name) && targetName.test(name));
    // A name put together of variables: that of the source is likely.
    const made = targets.some((name) => name.includes("$"))
      ? sources
          .filter((file) => file.startsWith(folder === "" ? "" : `${folder}/`) && text.includes(stem(file)))
          .map(stem)
      : [];
    return [...new Set([...named, ...made])].map((name) => (place === "" ? name : `${place}/${name}`));
  });
}

function stem(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.\w+$/, "");
}

/** A release switches `assert` off: tests that are made of it would pass whatever happens. */
async function releaseFlags(root: string): Promise<string[]> {
  const files = await filesIn(root, ["", "test", "tests"], /^\w*test\w*\.(?:c|cc|cpp|cxx)$/i);
  for (const file of files.slice(0, 20)) {
    const text = (await readSmall(join(root, file))) ?? "";
    if (/#\s*include\s*<(?:assert\.h|cassert)>/.test(text) && /\bassert\s*\(/.test(text))
      return ["-DCMAKE_C_FLAGS_RELEASE=-O3", "-DCMAKE_CXX_FLAGS_RELEASE=-O3"];
  }
  return [];
}
