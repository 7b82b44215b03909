import { err, ok } from '../../src/base/result.js';
import type { PipelineRequest } from '../../src/pipeline/plan-pipeline.js';

/** One entry of docs/diagnostics.md: a wrong file with what is said of it, and the file as it should be. */
export interface Entry {
  readonly code: string;
  readonly wrong: Example;
  readonly text: string;
  readonly right: Example;
}

export interface Example {
  readonly source: Uint8Array;
  /** Arguments of the command line after the file. */
  readonly preset: string | undefined;
  readonly overrides: readonly string[];
  readonly targets: readonly string[];
  /** Other files of the project that it may import, by path. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * Reads the page: `## CODE`, a block `yaml wrong ...`, a block `text` and a block `yaml right ...`, and blocks
 * `yaml file PATH` that either imports, or `yaml right-file PATH` for the right one only. After `wrong` or
 * `right` stand arguments; `repeat=n` repeats the block, `escapes` turns `\x00` into the character.
 */
export function readPage(page: string): Entry[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const code = section.slice(0, section.indexOf('\n')).trim();
      const block = (language: string) =>
        new RegExp(`^\`\`\`${language}(.*)\n([^]*?)^\`\`\`$`, 'm').exec(section) ?? ['', '', ''];
      const blocks = (word: string) =>
        new Map(
          [...section.matchAll(new RegExp(`^\`\`\`yaml ${word} (\\S+)\n([^]*?)^\`\`\`$`, 'gm'))].map(
            ([, path = '', text = '']) => [path, text],
          ),
        );
      const [, wrongInfo = '', wrong = ''] = block('yaml wrong');
      const [, rightInfo = '', right = ''] = block('yaml right');
      return {
        code,
        wrong: example(wrong, wrongInfo, blocks('file')),
        text: block('text')[2] ?? '',
        right: example(right, rightInfo, new Map([...blocks('file'), ...blocks('right-file')])),
      };
    });
}

function example(body: string, info: string, files: ReadonlyMap<string, string>): Example {
  const words = info.split(' ').filter((word) => word !== '');
  const repeat = Number(words.find((word) => word.startsWith('repeat='))?.slice(7) ?? 1);
  const text = words.includes('escapes') ? body.replaceAll('\\x00', '\0') : body;
  const after = (flag: string) => words.flatMap((word, i) => (words[i - 1] === flag ? [word] : []));
  return {
    files,
    source: new TextEncoder().encode(text.repeat(repeat)),
    preset: after('--preset')[0],
    overrides: after('-P'),
    targets: words.filter((w, i) => !/^(-|repeat=|escapes$)/.test(w) && !/^-/.test(words[i - 1] ?? '')),
  };
}

/** What an example is planned with beside its own bytes: its files, one module that is in order, and code that is not. */
export function surroundings({
  files,
}: Example): Pick<PipelineRequest, 'readFile' | 'describeModules' | 'codeProblem'> {
  return {
    readFile: (_, path) => {
      const text = files.get(path.replace('./', ''));
      if (text === undefined) return err('there is no such file');
      return ok({ file: path.replace('./', ''), bytes: new TextEncoder().encode(text) });
    },
    codeProblem: (path) => (path === 'flips.py' ? 'there is no such file or folder' : undefined),
    describeModules: (wanted) =>
      wanted.map(({ path }) => {
        if (path !== './stages/flip.mjs') return err('its default export must have the key "outputs"');
        const outputs = { mask: { type: 'mask', doc: '' } };
        const params = { type: 'object', properties: {}, additionalProperties: false };
        const signature = { type: 'flip', version: 1, params, inputs: {}, outputs, runtime: 'portable' };
        return ok({ file: 'stages/flip.mjs', closure: ['stages/flip.mjs'], packages: {}, signature });
      }),
  };
}
