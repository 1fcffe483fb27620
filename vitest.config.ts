import { defineConfig } from 'vitest/config'

/** Measures time or memory, or takes all processors itself: needs a machine that does nothing else. */
const QUIET = [
  'test/browser/sheet*.test.ts',
  'test/client/{deploy,gzip}.test.ts',
  'test/documents/{costly,event-loop}.test.ts',
  'test/house/bench.test.ts',
  'test/nest/{closing,leak,naive,work}.test.ts',
  'test/operating/slow-callers.test.ts',
]
/** Takes minutes. */
const LONG = [
  'test/chaos/*.test.ts',
  'test/{conformance/server,nodes/conformance}.test.ts',
  'test/simulation/*.test.ts',
]

/** Mostly waits, so that two files go side by side on two processors; more would wait for those. */
const SIDE_BY_SIDE = {
  // Against waiting for ever; how soon something has to be is in the tests.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { requireAssertions: true, poll: { timeout: 10_000 } },
  maxWorkers: 2,
  sequence: { groupOrder: 1 },
}

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
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      // Of one group, in the order of their names: what is long begins first, and nothing long is
      // left over at the end.
      { extends: true, test: { ...SIDE_BY_SIDE, name: 'long', include: LONG } },
      {
        extends: true,
        test: {
          ...SIDE_BY_SIDE,
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [...LONG, ...QUIET],
        },
      },
      {
        extends: true,
        test: {
          name: 'quiet',
          include: QUIET,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
