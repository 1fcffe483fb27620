import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Nest's decorators, also in tests, which the packages' own tsconfigs leave out.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    allowOnly: false,
    // A test that asserts nothing can't fail.
    expect: { requireAssertions: true },
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.vitest/report.json' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}'],
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // Servers, browsers and stress: one file at a time, after the unit tests. What is measured in
        // milliseconds stays true only on a machine that does nothing else.
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
