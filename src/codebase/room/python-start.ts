/**
 * Has every Python that a command starts run something of ours first: whatever the command sets PYTHONPATH to, and whether it names the
 * interpreter by a path, as that of a virtual environment in the tree.
 */

/**
 * Before the interpreters on PATH, because a command may set PYTHONPATH itself. It takes its own folder out of PATH, as the shell spelled it,
 * wherever that stands by then: what the command put before it stays.
 */
const interpreter = `#!/bin/sh
lessonbank_own=\${0%/*}
PATH=:$PATH:
while :; do
  case $PATH in
    *":$lessonbank_own:"*) PATH=\${PATH%%":$lessonbank_own:"*}:\${PATH#*":$lessonbank_own:"} ;;
    *) break ;;
  esac
done
PATH=\${PATH#:}
PATH=\${PATH%:}
PYTHONPATH="$LESSONBANK_START/start\${PYTHONPATH:+:$PYTHONPATH}"
export PATH PYTHONPATH
exec "\${0##*/}" "$@"
`;

/** A virtual environment runs what such a file says. Python that was started before has it once: modules are imported once. */
const line = String.raw`import os, sys; os.environ.get("LESSONBANK_START") and (sys.path.insert(0, os.environ["LESSONBANK_START"] + "/start"), __import__("sitecustomize"), sys.path.pop(0))`;

/** Files of the copy, below `folder`; `program` is imported as `sitecustomize`. */
export function pythonStartFiles(folder: string, program: string): Map<string, string> {
  return new Map([
    [`${folder}/start/sitecustomize.py`, program],
    [`${folder}/start.pth`, `${line}\n`],
    [`${folder}/bin/python`, interpreter],
    [`${folder}/bin/python3`, interpreter],
  ]);
}

/** Shell lines before the command, at the root of a copy that is thrown away. */
export function pythonStartLines(folder: string): string {
  return `export LESSONBANK_START="$PWD/${folder}"
chmod +x "$LESSONBANK_START"/bin/*
for packages in .venv/lib/python3*/site-packages venv/lib/python3*/site-packages env/lib/python3*/site-packages; do
  [ -d "$packages" ] && cp "$LESSONBANK_START/start.pth" "$packages/lessonbank-start.pth"
done
export PATH="$LESSONBANK_START/bin:$PATH" PYTHONPATH="$LESSONBANK_START/start"
`;
}
