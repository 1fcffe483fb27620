import type { Member } from '@whereabouts/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { Announcements } from './announcements.js'
import { speak } from '../language/language.js'

beforeAll(() => speak('en'))

const member = (name: string, cell: string | null = 'A1'): Member => ({
  id: name.toLowerCase(),
  user: { id: name.toLowerCase(), name, color: '#e11d48' },
  location: cell,
  status: 'online',
})
const where = ({ location }: Member) => (typeof location === 'string' ? location : undefined)
const ann = member('Ann')
const bob = member('Bob')

function begun(...others: Member[]) {
  const announcements = new Announcements()
  announcements.update(others, where, 0)
  return announcements
}

describe('a screen reader', () => {
  it('[SH8] first hears who is here', () => {
    expect(new Announcements().update([ann, bob], where, 0)).toEqual(['Also here: Ann and Bob'])
    expect(new Announcements().update([], where, 0)).toEqual(['Nobody else is here'])
  })

  it('[SH8] hears once who joined and who left', () => {
    const announcements = begun(ann)
    expect(announcements.update([ann, bob], where, 1)).toEqual(['Bob joined'])
    expect(announcements.update([ann, bob], where, 2)).toEqual([])
    expect(announcements.update([bob], where, 3)).toEqual(['Ann left'])
  })

  it('[SH8] hears how many joined or left if there are many', () => {
    const many = ['C', 'D', 'E', 'F'].map((name) => member(name))
    expect(begun(ann).update([ann, ...many], where, 1)).toEqual(['4 people joined'])
  })

  it('[SH8] hears where a member stops, not each cell on the way', () => {
    const announcements = begun(ann)
    announcements.update([member('Ann', 'B2')], where, 1_000)
    announcements.update([member('Ann', 'C5')], where, 2_000)
    expect(announcements.nextAtMs()).toBe(3_500)
    expect(announcements.due(3_499)).toEqual([])
    expect(announcements.due(3_500)).toEqual(['Ann is in C5'])
    expect(announcements.nextAtMs()).toBeUndefined()
  })

  it('[SH8] does not hear of the same member again for a while', () => {
    const announcements = begun(ann)
    announcements.update([member('Ann', 'C5')], where, 0)
    expect(announcements.due(1_500)).toEqual(['Ann is in C5'])
    announcements.update([member('Ann', 'C6')], where, 2_000)
    expect(announcements.due(11_499)).toEqual([])
    expect(announcements.due(11_500)).toEqual(['Ann is in C6'])
  })

  it('[SH8] does not hear of a member who went back', () => {
    const announcements = begun(ann)
    announcements.update([member('Ann', 'C5')], where, 1_000)
    announcements.update([ann], where, 1_100)
    expect(announcements.due(60_000)).toEqual([])
  })

  it('[SH17] does not hear of a member whose cell is renamed by an inserted row', () => {
    const announcements = begun(ann)
    const below = () => 'A2'
    announcements.update([ann], below, 1_000)
    expect(announcements.due(60_000)).toEqual([])
    announcements.update([member('Ann', 'C5')], where, 61_000)
    announcements.update([member('Ann', 'C5')], () => 'C6', 61_100)
    expect(announcements.due(120_000)).toEqual(['Ann is in C6'])
  })

  it('[SH8] does not hear of a member without a place, or of moves in a crowd', () => {
    const nowhere = begun(ann)
    nowhere.update([member('Ann', null)], where, 1)
    expect(nowhere.due(60_000)).toEqual([])

    const names = [...'ABCDEFGHI']
    const crowd = begun(...names.map((name) => member(name)))
    crowd.update(
      names.map((name) => member(name, 'C5')),
      where,
      1,
    )
    expect(crowd.due(60_000)).toEqual([])
  })
})
