import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'examples/own-programs/README.md',
  ...readdirSync(resolve(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

/** Headings as the anchors that they get; blocks of code have none. */
function anchorsOf(page: string): string[] {
  const text = readFileSync(page, 'utf8').replace(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(' ', '-')
      .replace(/[^\w-]/g, ''),
  );
}

test.each(pages)('every link of %s leads to a file and a heading that are there', (page) => {
  const path = resolve(root, page);
  const text = readFileSync(path, 'utf8').replace(/^```[^]*?^```$/gm, '');
  const dead = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
    ([, file = '', anchor]) => {
      const target = file === '' ? path : resolve(dirname(path), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(target).includes(anchor);
    },
  );
  expect(dead.map(([link]) => `${relative(root, path)}: ${link}`)).toEqual([]);
});
