import { describe, expect, it } from 'vitest'
import { Random } from '../../../../test/simulation/random.js'
import type { Look, Operation } from './index.js'
import { USUAL_LOOK } from './sheet-list.js'
import { meet, Person, smallWorkbook } from './simulation/office.js'

function two(): [Person, Person] {
  const chance = new Random(1)
  const people = [1, 2].map((id) => new Person(smallWorkbook(), () => chance.next(), id, 100))
  return people as [Person, Person]
}

const set = (sheet: string, look: Partial<Look>): Operation => ({
  type: 'set-look',
  sheet,
  look: { ...USUAL_LOOK, ...look },
})

const looks = ({ grid }: Person): Look[] => grid.sheets.map(({ look }) => look)

describe('the look of a sheet', () => {
  it('[SF4 SF8 SD12] is shown to everyone, and undone alone', () => {
    const [ann, bob] = two()
    const look = { isHidden: true, color: '#e11d48', hasGridLines: false }
    ann.do(set('sheet-2', look))
    bob.do({ type: 'rename-sheet', sheet: 'sheet-2', name: 'Plan' })
    meet(ann, bob)
    for (const person of [ann, bob]) expect(looks(person)).toEqual([USUAL_LOOK, look, USUAL_LOOK])
    expect(bob.doc.getMap('about').get('format')).toBe(3)
    ann.sheets.undo()
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(looks(person)).toEqual([USUAL_LOOK, USUAL_LOOK, USUAL_LOOK])
      expect(person.grid.sheet('sheet-2').name).toBe('Plan')
    }
  })

  it('[SF8] shows the first sheet if people have hidden all of them', () => {
    const [ann, bob] = two()
    ann.do(set('sheet-1', { isHidden: true }), set('sheet-2', { isHidden: true }))
    bob.do(set('sheet-2', { isHidden: true }), set('sheet-3', { isHidden: true }))
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(looks(person).map(({ isHidden }) => isHidden)).toEqual([false, true, true])
    }
    bob.do({ type: 'remove-sheet', sheet: 'sheet-1' })
    meet(ann, bob)
    for (const person of [ann, bob]) {
      expect(looks(person).map(({ isHidden }) => isHidden)).toEqual([false, true])
    }
  })

  it.each(['red;}', 'url(x)', 7, `#${'a'.repeat(99)}`])(
    '[SF8 SD11] ignores what isn’t a color: %s',
    (color) => {
      const [ann] = two()
      ann.doc.getMap('sheets').set('sheet-1/color', color)
      ann.doc.getMap('sheets').set('sheet-1/hidden', 'yes')
      expect(ann.take()).toEqual([])
    },
  )
})
