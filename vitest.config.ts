import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    reporters: ['default', ['json', { outputFile: '.vitest-report.json' }]],
    // The same tests everywhere: Ink draws live where CI is not set only; what differs where it is has its own test.
    env: { CI: 'false', CONTINUOUS_INTEGRATION: 'false' },
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores: one file per core, and tests that start the command itself spawn more.
    maxWorkers: 2,
  },
});
