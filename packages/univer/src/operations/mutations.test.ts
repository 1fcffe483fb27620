import * as validation from '@univerjs/data-validation'
import * as formulas from '@univerjs/engine-formula'
import * as univer from '@univerjs/sheets'
import * as rules from '@univerjs/sheets-conditional-formatting'
import * as filter from '@univerjs/sheets-filter'
import { describe, expect, it } from 'vitest'
import { OPERATIONS } from './index.js'

describe('operations', () => {
  it('[SD9] record mutations under the ids that Univer gives them', () => {
    const ids = new Set(
      Object.values({ ...univer, ...filter, ...rules, ...validation, ...formulas }).flatMap(
        (exported) => (typeof exported === 'object' && 'id' in exported ? [exported.id] : []),
      ),
    )
    const all = Object.values(OPERATIONS).flatMap(({ record }) => Object.keys(record))
    const recorded = all.filter((id) => !id.startsWith('whereabouts.'))
    expect(recorded).toHaveLength(40)
    expect(recorded.filter((id) => !ids.has(id))).toEqual([])
    expect(new Set(recorded).size).toBe(recorded.length)
  })
})
