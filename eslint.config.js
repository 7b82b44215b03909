import tseslint from 'typescript-eslint';

const clock =
  'Results must not depend on the clock: take the time as an argument (a Clock), or leave it to exec, store or cli.';
const randomBan = {
  object: 'Math',
  property: 'random',
  message: 'Take an explicit random stream (src/numeric/rng.ts): results must be reproducible.',
};
const clockBans = [
  { object: 'Date', property: 'now', message: clock },
  { object: 'performance', property: 'now', message: clock },
];
const environmentBan = {
  object: 'process',
  property: 'env',
  message: 'The environment is read in cli/wire.ts only.',
};
const transcendental = [
  'exp',
  'expm1',
  'log',
  'log1p',
  'log2',
  'log10',
  'sin',
  'cos',
  'tan',
  'tanh',
  'sinh',
  'cosh',
  'asin',
  'acos',
  'atan',
  'atan2',
  'asinh',
  'acosh',
  'atanh',
  'pow',
  'cbrt',
  'hypot',
].map((property) => ({
  object: 'Math',
  property,
  message: `Math.${property} may differ between engine versions: use the one of src/numeric/math.ts.`,
}));
const newDate = { selector: "NewExpression[callee.name='Date']", message: clock };
const extendsBan = {
  selector: 'ClassDeclaration[superClass]:not([superClass.name=/Error$/])',
  message: 'No inheritance but from Error: share functions, not parents.',
};
const powOperator = {
  selector: "BinaryExpression[operator='**'], AssignmentExpression[operator='**=']",
  message: '** may differ between engine versions: use pow of src/numeric/math.ts, or multiply.',
};
const otherName = {
  selector:
    ":not(MemberExpression) > Identifier[name='Math'], MemberExpression[computed=true][object.name='Math'], MemberExpression:matches([property.name='Math'], [property.value='Math'])",
  message: 'Write Math.<name>: under another name nobody sees which functions are used.',
};
/** The same bytes on every engine and processor. */
const sameBytes = {
  properties: [randomBan, ...clockBans, environmentBan, ...transcendental],
  syntax: [newDate, extendsBan, powOperator, otherName],
};
const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Name what you export; default exports are for stages, .tsx and configuration files.',
};
const fsBan = {
  group: ['node:fs', 'node:fs/promises', 'fs', 'fs/promises'],
  message:
    'Files are read and written in store, data, exec, cli and scripts; a stage gets its bytes through ctx.',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'assembly/**', '.ticketlab/**', 'results/**'] },
  {
    files: ['src/**/*.{ts,tsx}', 'stages/**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: ['error', 'always'],
      'no-console': ['error', {}],
      'no-eval': 'error',
      'no-new-func': 'error',
      'prefer-const': 'error',
      'no-restricted-properties': ['error', randomBan, ...clockBans, environmentBan],
      'no-restricted-syntax': ['error', newDate, extendsBan, defaultExport],
      'no-restricted-imports': ['error', { patterns: [fsBan] }],
    },
  },
  {
    // What results are made of; the stages, too, further down.
    files: ['src/{base,numeric,networks,tasks,population,es,pruning,analysis,artefacts,data}/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...sameBytes.properties],
      'no-restricted-syntax': ['error', ...sameBytes.syntax, defaultExport],
    },
  },
  {
    files: ['src/{store,store-tools,exec,cli}/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-properties': ['error', randomBan, environmentBan],
      'no-restricted-syntax': ['error', extendsBan, defaultExport],
      'no-restricted-imports': 'off',
    },
  },
  { files: ['src/data/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  { files: ['src/cli/**/*.{ts,tsx}'], rules: { 'no-console': 'off' } },
  {
    // The client's environment, and the part of it that a worker was given.
    files: ['src/cli/wire.ts', 'src/exec/inherited-environment.ts'],
    rules: { 'no-restricted-properties': ['error', randomBan] },
  },
  {
    files: ['stages/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...sameBytes.properties],
      'no-restricted-syntax': ['error', ...sameBytes.syntax],
    },
  },
  {
    files: ['src/**/*.tsx'],
    rules: { 'no-restricted-syntax': ['error', newDate, extendsBan] },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'off',
      'no-restricted-properties': ['error', randomBan],
      'no-restricted-syntax': [
        'error',
        {
          selector: "CallExpression[callee.object.name=/^(it|test|describe)$/][callee.property.name='only']",
          message: 'A focused test hides all the others.',
        },
      ],
      'no-restricted-imports': [
        'error',
        { name: 'fast-check', message: 'Take fc from test/properties.ts: one seed for all properties.' },
      ],
    },
  },
  { files: ['test/properties.ts'], rules: { 'no-restricted-imports': 'off' } },
);
