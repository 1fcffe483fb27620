import { getNumfmtParseValueFilter } from '@univerjs/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTyped } from './typed.js'

const WORDS = ['jan', 'May', 'monday', 'sat', 'am', 'p', 'e', 'E5', 'kr', 'text', 'a1', 'x']
const SIGNS = ['.', ',', '/', '-', ' ', ':', '$', '%', '(', ')', '+', "'"]
const NUMBERS = ['0', '1', '5', '12', '31', '1999', '2026', '007', '1.50', '0.0', '99999']

describe('text that is typed or pasted', () => {
  it('[SH23] means what Univer reads, where Univer isn’t asked as well', () => {
    const part = fc.constantFrom(...WORDS, ...SIGNS, ...NUMBERS)
    const texts = fc
      .array(part, { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join('').trim())
    // A longer number would lose digits, so it stays text.
    const isAsked = (text: string) => text !== '' && !/^=|\d{16}/.test(text)
    fc.assert(
      fc.property(texts.filter(isAsked), (text) => {
        const read = getNumfmtParseValueFilter(text)
        const isNumber = typeof read?.v === 'number' && Number.isFinite(read.v)
        const { v, z } = isNumber ? read : { v: text, z: undefined }
        expect(readTyped(text)).toEqual(z === undefined ? { v } : { v, pattern: z })
      }),
      { numRuns: 5_000 },
    )
  })
})
