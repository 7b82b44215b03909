import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byCodeUnit } from '../base/json.js';
import { UserError } from '../base/result.js';
import type { CommandSpec } from '../pipeline/plan.js';
import type { ArtefactType, ColumnType, OutputBytes, StageSignature } from '../pipeline/stage.js';

/**
 * What a program left in `out/`: exactly what it declares.
 *
 * @throws UserError that names what is missing, too much, or of the wrong kind.
 */
export function collectOutputs(
  command: CommandSpec,
  signature: StageSignature,
  folder: string,
): Record<string, OutputBytes> {
  const expected = new Map(Object.entries(command.outputs).map(([name, file]) => [file, name]));
  const there = readdirSync(join(folder, 'out')).sort(byCodeUnit);
  const missing = [...expected].filter(([file]) => !there.includes(file));
  if (missing.length > 0) {
    const [[file, name] = ['', '']] = missing;
    throw new UserError(`it ended well but did not write its output "${name}" (out/${file}).`);
  }
  const stray = there.find((file) => !expected.has(file));
  if (stray !== undefined)
    throw new UserError(
      `it wrote out/${stray}, which is not an output that it declares. Declare it, or write it to $TMPDIR.`,
    );
  return Object.fromEntries(
    [...expected].map(([file, name]) => {
      const { type, columns = {} } = signature.outputs[name] ?? { type: 'file' as const };
      const bytes = readOutput(join(folder, 'out', file), { file, type });
      checkColumns(name, bytes, columns);
      return [name, bytes];
    }),
  );
}

function readOutput(
  path: string,
  { file, type }: { readonly file: string; readonly type: ArtefactType },
): OutputBytes {
  const found = lstatSync(path);
  if (found.isFile()) {
    const bytes = readFileSync(path);
    // A figure keeps its extension on the way to results/.
    return type === 'figure' ? new Map([[file, bytes]]) : bytes;
  }
  if (!found.isDirectory()) throw new UserError(`its output out/${file} is neither a file nor a folder.`);
  const files = new Map<string, Uint8Array>();
  readFolder(path, '', files);
  if (files.size === 0) throw new UserError(`its output out/${file} is an empty folder.`);
  return files;
}

function readFolder(root: string, below: string, files: Map<string, Uint8Array>): void {
  for (const name of readdirSync(join(root, below)).sort(byCodeUnit)) {
    const path = below === '' ? name : `${below}/${name}`;
    const found = lstatSync(join(root, path));
    if (found.isDirectory()) readFolder(root, path, files);
    else if (found.isFile()) files.set(path, readFileSync(join(root, path)));
    else throw new UserError(`${path} in an output is neither a file nor a folder.`);
  }
}

/** A table has the columns that it declares: whoever reads it was promised them. */
function checkColumns(name: string, bytes: OutputBytes, columns: Readonly<Record<string, ColumnType>>): void {
  const wanted = Object.keys(columns);
  if (wanted.length === 0) return;
  if (!(bytes instanceof Uint8Array))
    throw new UserError(`its output "${name}" is a folder, but its columns are those of one file.`);
  const [line = ''] = Buffer.from(bytes.subarray(0, 1 << 16))
    .toString('utf8')
    .split(/\r?\n/);
  const has = line.split(',').map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const missing = wanted.filter((column) => !has.includes(column));
  if (missing.length > 0)
    throw new UserError(
      `its output "${name}" lacks the ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}; it has ${has.join(', ')}.`,
    );
}
