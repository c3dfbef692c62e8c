/** What a Python repository offers: pytest or unittest, run by its own virtual environment where it has one, and files named like benchmarks. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { benchFolders, filesIn, foldersOf, shellWord, type CommandGuess, type ReadRoot } from "./guess.ts";

export async function python(
  root: string,
  names: ReadonlySet<string>,
  read: ReadRoot,
): Promise<CommandGuess[]> {
  const project = await read("pyproject.toml");
  const packaged = project !== undefined || names.has("setup.py") || names.has("setup.cfg");
  const folders = ["", ...(await foldersOf(root))];
  const testFiles = await filesIn(root, folders, /^test_\w+\.py$|^\w+_test\.py$|^tests?\.py$/);
  if (!packaged && testFiles.length === 0) return [];
  const settings = await Promise.all(["setup.cfg", "tox.ini", "noxfile.py"].map(read));
  const pytest =
    names.has("pytest.ini") ||
    names.has("conftest.py") ||
    [project, ...settings].some((text) => /pytest/.test(text ?? ""));
  const environment = environmentIn(root);
  const interpreter = environment === undefined ? "python3" : `${environment}/bin/python3`;
  const beside = environment === undefined ? "" : `, and the virtual environment ${environment}`;
  const source = names.has("src") ? "PYTHONPATH=src " : "";
  const unittest: CommandGuess = {
    key: "test",
    command: `${source}${interpreter} -m unittest discover${discovery(testFiles, names)}`,
    why: `there are test files${beside}`,
  };
  const pytestGuess: CommandGuess = {
    key: "test",
    command: `${source}${interpreter} -m pytest -q -x -p no:cacheprovider`,
    why: `${pytest ? "its settings name pytest" : "there are test files"}${beside}`,
  };
  return [
    ...(pytest ? [pytestGuess, unittest] : [unittest, pytestGuess]),
    ...(await benchmarks(root)).map((file): CommandGuess => ({
      key: "bench",
      // Python looks beside the file that it runs, and not where it was started.
      command: `${source === "" && file.includes("/") ? "PYTHONPATH=. " : source}${interpreter} ${shellWord(file)}`,
      why: `there is ${file}${beside}`,
    })),
  ];
}

async function benchmarks(root: string): Promise<string[]> {
  const files = await filesIn(root, [...benchFolders, "tests", "test"], /^\w+\.py$/);
  const rank = (file: string): number => {
    if (/(?:^|\/)(?:bench|perf)\w*\.py$|_bench\w*\.py$/.test(file)) return 0;
    // In a folder of benchmarks, what begins them.
    return /^(?:bench|perf)\w*\/(?:run|main|speed)\w*\.py$/.test(file) ? 1 : 2;
  };
  return files.filter((file) => rank(file) < 2).toSorted((a, b) => rank(a) - rank(b));
}

/** A folder at the root that holds a virtual environment whose Python is there. */
function environmentIn(root: string): string | undefined {
  return [".venv", "venv", "env"].find(
    (name) => existsSync(join(root, name, "pyvenv.cfg")) && existsSync(join(root, name, "bin", "python3")),
  );
}

/** Where unittest would not find the tests by itself, what tells it. */
function discovery(testFiles: readonly string[], names: ReadonlySet<string>): string {
  const usual = testFiles.some((file) => /(?:^|\/)test\w*\.py$/.test(file));
  const folder = testFiles.some((file) => file.startsWith("tests/")) && names.has("tests");
  return (folder ? " -s tests -t ." : "") + (usual || testFiles.length === 0 ? "" : ' -p "*_test.py"');
}
