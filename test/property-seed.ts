import fc from 'fast-check'
import { firstSeed } from './size.js'

/** `PROPERTY_SEED=7 npx vitest run …` repeats the values of a run. */
fc.configureGlobal({ seed: firstSeed('PROPERTY_SEED') })
