import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

/** The rules of the project but for those that need types: a file of the text need not exist. */
const lint = new ESLint({ overrideConfig: [tseslint.configs.disableTypeChecked as object] });

async function messagesOf(filePath: string, text: string): Promise<string[]> {
  const [{ messages }] = await lint.lintText(text, { filePath });
  return messages.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

/** What IEEE 754 or the language gives to the last bit. */
const exact = [
  ...['abs', 'ceil', 'clz32', 'f16round', 'floor', 'fround', 'imul', 'max', 'min', 'round'],
  ...['sign', 'sqrt', 'sumPrecise', 'trunc'],
];
const differing = Object.getOwnPropertyNames(Math).filter(
  (name) => typeof Math[name as keyof Math] === 'function' && !exact.includes(name) && name !== 'random',
);

describe.each([
  'src/artefacts/one.ts',
  'src/base/one.ts',
  'src/data/one.ts',
  'src/numeric/one.ts',
  'src/numeric/kernels/reference/one.ts',
  'src/networks/one.ts',
  'src/population/one.ts',
  'src/es/one.ts',
  'src/pruning/one.ts',
  'src/analysis/one.ts',
  'stages/one.ts',
])('in %s, whose results have the same bytes on every engine', (file) => {
  it('every function of Math that is not exact is refused by its name', async () => {
    expect(differing).toContain('atanh');
    const text = differing.map((name) => `export const ${name} = [0.5].map(Math.${name});`).join('\n');
    expect(await messagesOf(file, text)).toEqual(
      differing.map(
        (name) =>
          `no-restricted-properties: 'Math.${name}' is restricted from being used. Math.${name} may differ between engine versions: use the one of src/numeric/math.ts.`,
      ),
    );
  });

  it.each([
    "export const a = Math['log'](2);",
    'const { exp } = Math; export const a = exp(1);',
    'const other = Math; export const a = other.exp(1);',
    'export const a = globalThis.Math.exp(1);',
    "export const a = globalThis['Math'].exp(1);",
    'export const a = (name: "exp" | "log") => Math[name](1);',
    "export const a: unknown = Reflect.get(Math, 'exp');",
    'export const a = (x: number) => x ** 0.3;',
    'export let a = 2; a **= 0.3;',
  ])('%s is refused', async (text) => {
    expect(await messagesOf(file, text)).not.toEqual([]);
  });

  it('what is exact may be used', async () => {
    const text = 'export const a = Math.fround(Math.sqrt(Math.abs(Math.PI)) * 2);';
    expect(await messagesOf(file, text)).toEqual([]);
  });

  it('neither chance, clock nor environment is read', async () => {
    const text = 'export const a = [Math.random(), Date.now(), new Date(), process.env.HOME];';
    const rules = (await messagesOf(file, text)).map((message) => message.split(':')[0]);
    expect(rules.sort()).toEqual([
      ...Array<string>(3).fill('no-restricted-properties'),
      'no-restricted-syntax',
    ]);
  });
});

it('elsewhere a logarithm is no matter', async () => {
  expect(await messagesOf('src/figures/one.ts', 'export const a = Math.log(2) ** 2;')).toEqual([]);
});
