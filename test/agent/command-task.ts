/** A function of a Python repository, as tests of what models are asked need it. */
import type { CommandTask } from "../../src/task/task.ts";

export function pythonCommandTask(file: string, text: string, functionName: string): CommandTask {
  return {
    kind: "command",
    name: `${file}:${functionName}`,
    description: "",
    directory: "/nowhere",
    source: { file, text },
    function: functionName,
    threads: 1,
    hash: "0".repeat(64),
    language: "python",
    commands: { test: "pytest", bench: "python bench.py" },
    metric: { kind: "time" },
    toolchain: "Python 3.11.7",
  };
}
