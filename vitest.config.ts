import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { size } from './test/size.js'

/**
 * Measures time or memory, or takes all processors itself: needs a machine that does nothing else.
 * A limit of seconds on what takes milliseconds is no measuring.
 */
const QUIET = [
  'test/chaos/*.test.ts',
  'test/browser/{comments,sheet}-large.test.ts',
  'test/browser/sheet-formulas.test.ts',
  'test/doctor/*.test.ts',
  'test/documents/{broken-updates,costly,event-loop}.test.ts',
  'test/house/bench.test.ts',
  'test/nest/{leak,work}.test.ts',
  'test/operating/slow-callers.test.ts',
  'test/operating/{flood,half-sent}.test.ts',
  'test/requests/*.test.ts',
]

/**
 * Run at night, as CONTRIBUTING.md says: the same calls by another mount, all of Nest's tests on Nest 11, LibreOffice,
 * what measures bytes and milliseconds of the machine, and windows whose network fails for long, or by the dozen.
 */
const NIGHTLY = size(
  [
    'test/conformance/{direct-*,fastify,plain}.test.ts',
    'test/files/libreoffice.test.ts',
    'test/documents/event-loop.test.ts',
    'test/house/bench.test.ts',
    'test/nest/{leak,work}.test.ts',
    'test/operating/{flood,half-sent}.test.ts',
    'test/browser/{hidden-tabs,lost-network,windows,woken}.test.ts',
  ],
  [],
)

/** Opens the office in Chromium. */
const WINDOWS = 'test/browser/*.test.ts'

/**
 * What holds for Nest 12 and for Nest 11; servers that are processes of their own run on 12. The gate
 * has what differs between the two: routes, bodies, guards and addresses.
 */
const ON_BOTH = size(
  ['test/nest/{bodies,mount,module,direct,requests}.test.ts', 'test/addresses/guards.test.ts'],
  [
    'test/nest/*.test.ts',
    'test/addresses/guards.test.ts',
    'test/conformance/{express,fastify}.test.ts',
  ],
)
const ONLY_11 = 'test/nest-11/*.test.ts'
const NEST_11 = fileURLToPath(new URL('test/nest-11/node_modules/@nestjs', import.meta.url))

/** Files that take about half a minute or more, the longest first, so that none is left over at the end. */
const LONG = [
  'packages/packages',
  'nodes/conformance',
  'conformance/fastify',
  'conformance/express',
  'conformance/direct-fastify',
  'conformance/direct-express',
  'conformance/plain',
  'conformance/cli',
  'packages/types',
  'conformance/server',
  'nodes/nodes',
  'auth/jwt',
  'auth/oidc',
  'docs/tutorial',
  'client/rights',
  'exchange/redis',
  'documents/stores',
  'edits/restored',
  'edits/edits',
  'addresses/fuzz',
  'access/users',
  'documents/crash',
  'documents/deleted-killed',
  'exchange/cluster',
  'exchange/sentinel',
  'client/end-to-end',
  'simulation/nodes',
  'browser/hidden-tabs',
  'browser/lost-network',
  'browser/sheet-clipboard',
  'browser/sheet-document',
  'browser/sheet',
  'browser/sheet-given-back',
  'browser/sheet-markers',
  'browser/sheet-rights',
  'browser/below-a-path',
  'browser/page-together',
  'browser/home',
  'browser/page',
  'browser/page-clipboard',
]

/** Begins with the long files; without a word of ours it would be the large ones. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((one, other) => rankOf(one) - rankOf(other))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const at = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`))
  return at === -1 ? LONG.length : at
}

const SIDE_BY_SIDE = {
  // Against waiting for ever; how soon something has to be is in the tests.
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { requireAssertions: true, poll: { timeout: 20_000 } },
}

/** Mostly waits: three files side by side keep two processors busy. */
const WAITS = { ...SIDE_BY_SIDE, maxWorkers: 3, sequence: { groupOrder: 1 } }

/** A file opens up to three windows, each of several processes, and a person has a machine for each. */
const HAS_WINDOWS = { ...SIDE_BY_SIDE, maxWorkers: 1, sequence: { groupOrder: 2 } }

export default defineConfig({
  // Nest's decorators, also in tests, which the packages' own tsconfigs leave out.
  oxc: {
    decorator: { legacy: true, emitDecoratorMetadata: true },
    include: /\.(?:[cm]?ts|tsx|jsx)$/,
  },
  test: {
    allowOnly: false,
    // A test that asserts nothing can't fail.
    expect: { requireAssertions: true },
    reporters: ['default', 'json'],
    outputFile: { json: 'node_modules/.vitest/report.json' },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.{ts,tsx}'],
          setupFiles: ['test/property-seed.ts'],
          testTimeout: 60_000,
          // They calculate.
          maxWorkers: availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...WAITS,
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: [...QUIET, ...NIGHTLY, WINDOWS, ONLY_11, '**/node_modules/**'],
        },
      },
      {
        extends: true,
        test: {
          ...HAS_WINDOWS,
          name: 'browser',
          include: [WINDOWS],
          exclude: [...QUIET, ...NIGHTLY],
        },
      },
      {
        extends: true,
        resolve: { alias: [{ find: /^@nestjs\//, replacement: `${NEST_11}/` }] },
        test: {
          ...WAITS,
          name: 'nest-11',
          env: { NEST: '11' },
          include: [...ON_BOTH, ONLY_11],
          exclude: [...QUIET, ...NIGHTLY],
          // The module itself has to meet the other Nest as well.
          server: { deps: { inline: [/packages\/nestjs\//] } },
        },
      },
      {
        extends: true,
        test: {
          name: 'quiet',
          include: QUIET,
          exclude: NIGHTLY,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: { requireAssertions: true, poll: { timeout: 20_000 } },
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
