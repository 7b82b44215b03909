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
}

/**
 * Reads the page: `## CODE`, a block `yaml wrong ...`, a block `text` and a block `yaml right ...`. After `wrong` or
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
      const [, wrongInfo = '', wrong = ''] = block('yaml wrong');
      const [, rightInfo = '', right = ''] = block('yaml right');
      return {
        code,
        wrong: example(wrong, wrongInfo),
        text: block('text')[2] ?? '',
        right: example(right, rightInfo),
      };
    });
}

function example(body: string, info: string): Example {
  const words = info.split(' ').filter((word) => word !== '');
  const repeat = Number(words.find((word) => word.startsWith('repeat='))?.slice(7) ?? 1);
  const text = words.includes('escapes') ? body.replaceAll('\\x00', '\0') : body;
  const after = (flag: string) => words.flatMap((word, i) => (words[i - 1] === flag ? [word] : []));
  return {
    source: new TextEncoder().encode(text.repeat(repeat)),
    preset: after('--preset')[0],
    overrides: after('-P'),
    targets: words.filter((w, i) => !/^(-|repeat=|escapes$)/.test(w) && !/^-/.test(words[i - 1] ?? '')),
  };
}
