import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** One fenced block of the guide. */
export interface Block {
  /** The word after the fence: `yaml`, `js`, `sh` or `console`. */
  readonly language: string;
  /** `plans=5`, `wrong=CODE` or `file=PATH`, in two parts. */
  readonly kind: string;
  readonly value: string;
  readonly text: string;
}

const root = resolve(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as {
  readonly bin: { readonly ticketlab: string };
};

/** What an installation starts: pages promise what that does. */
export const installed = resolve(root, bin.ticketlab);

export const guide = readFileSync(resolve(root, 'docs/writing-pipelines.md'), 'utf8');

export const blocks: readonly Block[] = [...guide.matchAll(/^```(\w+) ?([^\n]*)\n([^]*?)^```$/gm)].map(
  ([, language = '', info = '', text = '']) => {
    const [kind = '', value = ''] = info.split('=');
    return { language, kind, value, text };
  },
);

export const nameOf = ({ text }: Block): string => /^name: (.*)$/m.exec(text)?.[1] ?? '';

/** The whole files of the page by path: pipelines by their names, others by the path beside the fence. */
export const files: Readonly<Record<string, string>> = Object.fromEntries(
  blocks
    .filter(({ kind }) => kind !== '')
    .map((block) => [block.kind === 'file' ? block.value : `${nameOf(block)}.yaml`, block.text]),
);

/** A command of the page and what it is shown to say; undefined where nothing is shown. */
export interface Command {
  readonly words: string;
  readonly says: string | undefined;
}

/** All commands in the order of the page: they share one folder and one store. */
export const commands: readonly Command[] = blocks.flatMap(({ language, text }): Command[] => {
  if (language === 'sh') return lines(text).map((words) => ({ words, says: undefined }));
  if (language !== 'console') return [];
  return text
    .split(/^\$ /m)
    .filter((part) => part !== '')
    .map((part) => {
      const end = part.indexOf('\n');
      return { words: part.slice(0, end), says: part.slice(end + 1) };
    });
});

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => line !== '');
}

/** What is shown, as a pattern: `...` stands for anything. */
export function pattern(says: string): RegExp {
  const quoted = says.split('...').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${quoted.join('[^]*?')}$`);
}
