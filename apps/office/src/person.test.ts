import { beforeAll, describe, expect, it } from 'vitest'
import { initials } from '@whereabouts/client/react'
import { inkOn } from '@whereabouts/univer/document'
import { GuardedStorage } from './guarded-storage.js'
import { loadPerson, PALETTE, savePerson, suggestPerson } from './person.js'
import { speak } from './language/language.js'

beforeAll(() => speak('en'))

function storage(stored?: string): GuardedStorage {
  const values = new Map(stored === undefined ? [] : [['whereabouts:person', stored]])
  const opened = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
  return new GuardedStorage(() => opened)
}

describe('one’s own name and color', () => {
  it('[SH6] are kept for the next visit', () => {
    const kept = storage()
    savePerson(kept, { name: 'Ann', color: '#e11d48' })
    expect(loadPerson(kept)).toEqual({ name: 'Ann', color: '#e11d48' })
  })

  it.each([
    undefined,
    '',
    '{',
    'null',
    '7',
    '{"name":"Ann"}',
    '{"name":"Ann","color":"red"}',
    '{"name":"  ","color":"#e11d48"}',
    '{"name":7,"color":"#e11d48"}',
  ])('[SH6] %j in the storage is ignored', (stored) => {
    expect(loadPerson(storage(stored))).toBeUndefined()
  })

  it.each([
    [0, { name: 'Guest 1', color: PALETTE[0].color }],
    [0.999_999, { name: 'Guest 99', color: PALETTE.at(-1)!.color }],
  ])('[SH6] are suggested at random: %f', (chance, person) => {
    expect(suggestPerson(() => chance)).toEqual(person)
  })
})

describe('an avatar', () => {
  it.each([
    ['Ann Lee', 'AL'],
    ['ann', 'A'],
    ['Guest 42', 'G4'],
    ['Ana Maria de la Cruz', 'AC'],
    ['李雷', '李'],
    ['👩‍🚀 Sally', '👩‍🚀S'],
    ['éa', 'É'],
    ['Ann (Berlin)', 'AB'],
    ['"Bob" --', 'B'],
    ['---', ''],
  ])('[SH5] of %s says %s', (name, text) => expect(initials(name)).toBe(text))

  it('[SH5] has white text on every color of the palette, and dark text on light ones', () => {
    for (const { color } of PALETTE) expect(inkOn(color)).toBe('#fff')
    expect(inkOn('#ffffff')).toBe('#111827')
    expect(inkOn('#fde047')).toBe('#111827')
    expect(inkOn('#000000')).toBe('#fff')
  })
})
