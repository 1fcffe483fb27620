import { expect, it } from 'vitest'
import { texts as english } from './languages/en.js'
import type { ListTexts } from './texts.js'
import { VIEWS } from './views.js'

const namesIn = (files: object) => new Set(Object.keys(files).map((file) => file.split('/').at(-1)))

it('[LA8] the lists speak every language of the application', () => {
  const own = import.meta.glob<{ readonly texts: ListTexts }>('./languages/*.ts', { eager: true })
  expect(namesIn(own)).toEqual(namesIn(import.meta.glob('../../languages/*.ts')))
  for (const { texts } of Object.values(own)) {
    expect(Object.keys(texts).toSorted()).toEqual(Object.keys(english).toSorted())
    expect(Object.keys(texts.views).toSorted()).toEqual([...VIEWS].toSorted())
    const { star, trash, hide, restore, trashed, hidden, restored } = texts
    const { deleteForGood, question, isDeleted } = texts
    const asked = [deleteForGood, question, isDeleted]
    for (const said of [star, trash, hide, restore, trashed, hidden, restored, ...asked]) {
      expect(said('Plan')).toContain('Plan')
    }
    const { renameFolder, removeFolder, removeQuestion, move, takenOut } = texts
    for (const said of [renameFolder, removeFolder, removeQuestion, move, takenOut]) {
      expect(said('Plan')).toContain('Plan')
    }
    expect(texts.moved('Plan', 'Work')).toMatch(/Plan.*Work/)
    for (const said of [texts.changed, texts.deleted]) {
      expect(said('page', 'May 5')).toContain('May 5')
      expect(said('page', 'May 5')).not.toBe(said('sheet', 'May 5'))
    }
  }
})
