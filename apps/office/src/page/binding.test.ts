import { getSchema } from '@tiptap/core'
import { Fragment, Slice, type Node } from '@tiptap/pm/model'
import { EditorState, TextSelection, type Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { applyUpdate, Doc, encodeStateAsUpdate, type UndoManager } from 'yjs'
import { describe, expect, it } from 'vitest'
import { paragraph, textOf, type Block } from '../page-document/block.js'
import { PageDocument } from '../page-document/page-document.js'
import { changeBlocks } from '../page-document/simulation/edits.js'
import { makeUndo } from '../page-document/undo.js'
import { Random } from '../../../../test/simulation/random.js'
import { PageBinding } from './binding.js'
import { indentBy, setStyle, splitBlock } from './block-commands.js'
import { Converter } from './convert.js'
import { CONTENT } from './extensions.js'
import { patchChildren } from './patch.js'

const schema = getSchema(CONTENT)

/** An editor without a window, as far as the binding uses one. */
class Editor {
  readonly doc = new Doc()
  readonly page: PageDocument
  readonly binding: PageBinding
  readonly undo: UndoManager
  readonly editable = true
  readonly #converter = new Converter(schema)
  state: EditorState

  constructor(clientId: number, beginning?: Doc) {
    this.doc.clientID = clientId
    if (beginning !== undefined) applyUpdate(this.doc, encodeStateAsUpdate(beginning))
    this.page = new PageDocument(this.doc)
    this.page.subscribe(() => this.page.mend())
    this.undo = makeUndo(this.page, 0)
    const nodes = this.#converter.toNodes(this.page.blocks)
    this.state = EditorState.create({ doc: schema.topNodeType.create(null, [...nodes]) })
    this.binding = new PageBinding(this as unknown as EditorView, this.page, this.undo)
  }

  readonly dispatch = (tr: Transaction): void => {
    const before = this.state
    this.state = before.apply(tr)
    this.state.doc.check()
    this.binding.update(before)
  }

  /** Replaces what is shown, as a user's edit does. */
  show(blocks: readonly Block[]): void {
    const { tr, doc } = this.state
    patchChildren(tr, 0, doc.children, this.#converter.toNodes(blocks))
    this.dispatch(tr)
  }

  /** Puts the caret after a word. */
  goAfter(word: string): this {
    let at = -1
    this.state.doc.descendants((node, from) => {
      const index = node.isText ? node.text!.indexOf(word) : -1
      if (index !== -1) at = from + index + word.length
    })
    this.dispatch(this.state.tr.setSelection(TextSelection.create(this.state.doc, at)))
    return this
  }

  type(text: string): this {
    for (const character of text) {
      this.binding.settle()
      this.dispatch(this.state.tr.insertText(character))
    }
    return this
  }

  /** Deletes whole blocks from an index on. */
  drop(at: number, count = 1): this {
    this.show(this.page.blocks.toSpliced(at, count))
    return this
  }

  /** Selects from the beginning of one block to the beginning or the end of another. */
  select(from: number, to: number): this {
    const { doc, tr } = this.state
    const start = sizeOf(doc, from) + 1
    const end = sizeOf(doc, to + 1) - 1
    this.dispatch(tr.setSelection(TextSelection.create(doc, start, end)))
    return this
  }

  /** Replaces the selection with lines. */
  paste(...texts: readonly string[]): this {
    this.binding.settle()
    const nodes = (texts.length > 0 ? texts : ['']).map((text) =>
      this.#converter.toNode(paragraph(text)),
    )
    const { tr } = this.state
    const slice = new Slice(Fragment.from(nodes), 1, 1)
    this.dispatch(texts.length > 0 ? tr.replaceSelection(slice) : tr.deleteSelection())
    return this
  }

  get lines(): readonly string[] {
    return this.state.doc.children.map(({ type, textContent }) => `${type.name}: ${textContent}`)
  }

  /** The texts of all blocks, including those in cells. */
  get texts(): readonly string[] {
    const texts: string[] = []
    this.state.doc.descendants((node) => {
      if (node.isTextblock) texts.push(node.textContent)
    })
    return texts
  }

  /** The text of the caret's block, with the caret as a bar. */
  get caret(): string {
    const { $head } = this.state.selection
    const text = $head.parent.textContent
    return `${text.slice(0, $head.parentOffset)}|${text.slice($head.parentOffset)}`
  }
}

const sizeOf = (doc: Node, count: number): number =>
  doc.children.slice(0, count).reduce((sum, { nodeSize }) => sum + nodeSize, 0)

const tableOf = (...rows: readonly (readonly string[])[]): Block => ({
  type: 'table',
  attributes: {},
  content: [],
  table: {
    id: null,
    rows: rows.map(() => null),
    columns: rows[0]!.map(() => null),
    cells: rows.map((row) => row.map((text) => [paragraph(text)])),
  },
})

function twoOf(...blocks: readonly Block[]): readonly [Editor, Editor] {
  const beginning = new Doc()
  new PageDocument(beginning).write(blocks)
  return [new Editor(1, beginning), new Editor(2, beginning)]
}

function merge(...editors: readonly Editor[]): void {
  for (let round = 0; round < 2; round++) {
    for (const from of editors) {
      for (const to of editors) applyUpdate(to.doc, encodeStateAsUpdate(from.doc))
    }
  }
}

/** Returns whether three people who edit in turns all see the page's content in the end. */
function isShown(seed: number): boolean {
  const chance = new Random(seed)
  const editors = [1, 2, 3].map((id) => new Editor(id))
  let typed = 0
  const text = () => String.fromCharCode(0x3400 + typed++)
  for (let step = 0; step < 30; step++) {
    const editor = chance.pick(editors)
    const kind = chance.below(10)
    if (kind < 6) editor.show(changeBlocks(editor.page.blocks, chance, text))
    else if (kind === 6) editor.binding.undo()
    else if (kind === 7) editor.binding.redo()
    else merge(editor, chance.pick(editors))
  }
  merge(...editors)
  const wanted = new Converter(schema).toNodes(editors[0]!.page.blocks)
  const doc = schema.topNodeType.create(null, [...wanted])
  return editors.every((editor) => editor.state.doc.eq(doc))
}

describe('the binding of the editor', () => {
  it('[PF4 PG6] shows every change of an editor in the others', () => {
    const wrong = Array.from({ length: 150 }, (_, at) => at + 1).filter((seed) => !isShown(seed))
    expect(wrong).toEqual([])
  })

  it('[PG22] the caret moves with its text when someone else presses Enter before it', () => {
    const [anns, bobs] = twoOf(paragraph('one two three'), paragraph('end'))
    anns.goAfter('two')
    bobs.goAfter('one')
    splitBlock(bobs.state, bobs.dispatch)
    merge(anns, bobs)
    expect(anns.caret).toBe(' two| three')
    anns.type('!')
    merge(anns, bobs)
    expect(bobs.lines).toEqual(['paragraph: one', 'paragraph:  two! three', 'paragraph: end'])
    expect(bobs.caret).toBe('| two! three')
  })

  it('[PG22] two people who type at the same place each continue their own words', () => {
    const [anns, bobs] = twoOf(paragraph('start'))
    anns.goAfter('start')
    bobs.goAfter('start')
    for (let at = 0; at < 4; at++) {
      anns.type(' Ann'[at]!)
      bobs.type(' Bob'[at]!)
      merge(anns, bobs)
    }
    expect(anns.lines).toEqual(['paragraph: start Ann Bob'])
    expect([anns.caret, bobs.caret]).toEqual(['start Ann| Bob', 'start Ann Bob|'])
  })

  it('[OF47] the caret on an empty line stays before what someone else types there', () => {
    const [anns, bobs] = twoOf(paragraph('One'))
    for (const editor of [anns, bobs]) {
      editor.goAfter('One')
      if (editor === anns) splitBlock(anns.state, anns.dispatch)
      merge(anns, bobs)
    }
    bobs.select(1, 1)
    for (const letter of 'Line from B') {
      bobs.type(letter)
      merge(anns, bobs)
      expect(anns.caret).toMatch(/^\|/)
    }
    anns.type('X')
    merge(anns, bobs)
    expect(bobs.lines).toEqual(['paragraph: One', 'paragraph: XLine from B'])
    expect([anns.caret, bobs.caret]).toEqual(['X|Line from B', 'XLine from B|'])
  })

  it('[OF47] two people who type into an empty line each continue their own words', () => {
    const [anns, bobs] = twoOf(paragraph('One'), paragraph(''))
    for (const editor of [anns, bobs]) editor.select(1, 1)
    for (let at = 0; at < 3; at++) {
      anns.type('Ann'[at]!)
      bobs.type('Bob'[at]!)
      merge(anns, bobs)
    }
    expect(bobs.lines).toEqual(['paragraph: One', 'paragraph: AnnBob'])
    expect([anns.caret, bobs.caret]).toEqual(['Ann|Bob', 'AnnBob|'])
  })

  it('[PG13 PF4] text typed into a block stays while someone else restyles it and undoes that', () => {
    const [anns, bobs] = twoOf(paragraph('text'))
    bobs.goAfter('text')
    setStyle({ node: 'heading', attrs: { level: 2 } })(anns.state, anns.dispatch)
    bobs.type(', more')
    merge(anns, bobs)
    expect(anns.lines).toEqual(['heading: text, more'])
    expect(bobs.caret).toBe('text, more|')
    indentBy(1)(anns.state, anns.dispatch)
    bobs.type('!')
    merge(anns, bobs)
    anns.binding.undo()
    anns.binding.undo()
    merge(anns, bobs)
    expect(bobs.lines).toEqual(['paragraph: text, more!'])
    expect(anns.page.blocks.map(textOf)).toEqual(['text, more!'])
  })

  it('[PG13] undo puts the caret where it was before the undone edit', () => {
    const [anns] = twoOf(paragraph('one'), paragraph('two'))
    anns.goAfter('one').type('!').goAfter('two')
    anns.binding.undo()
    expect(anns.caret).toBe('one|')
    anns.binding.redo()
    expect(anns.lines).toEqual(['paragraph: one!', 'paragraph: two'])
    expect(anns.caret).toBe('one!|')
  })

  it('[PG13] redo puts the caret after what it brought back, also while others write', () => {
    const [anns, bobs] = twoOf(paragraph('one'), paragraph('two'))
    anns.goAfter('one').type(' and more').goAfter('an').type('y')
    for (const times of [3, 6, 10]) {
      for (let time = 0; time < times; time++) anns.binding.undo()
      bobs.goAfter('two').type('!')
      merge(anns, bobs)
      for (let time = 0; time < times; time++) anns.binding.redo()
      expect(anns.caret).toBe('one any|d more')
    }
    for (let time = 0; time < 5; time++) anns.binding.undo()
    for (let time = 0; time < 3; time++) anns.binding.redo()
    anns.type('n')
    merge(anns, bobs)
    expect(bobs.lines).toEqual(['paragraph: one and morn', 'paragraph: two!!!'])
  })

  it('[PF12 PG13] nothing is written while the page’s version is unknown, not even by undo', () => {
    const [anns] = twoOf(paragraph('one'))
    anns.goAfter('one').type('!')
    anns.binding.undo()
    anns.binding.redo()
    const about = anns.doc.getMap('about')
    about.set('format', 99)
    const before = encodeStateAsUpdate(anns.doc)
    anns.type('?')
    expect(anns.binding.steps).toEqual({ undos: 0, redos: 0 })
    expect([anns.binding.undo(), anns.binding.redo()]).toEqual([false, false])
    expect(encodeStateAsUpdate(anns.doc)).toEqual(before)
    about.set('format', 2)
    expect(anns.lines).toEqual(['paragraph: one!'])
    expect(anns.binding.undo()).toBe(true)
    expect(anns.lines).toEqual(['paragraph: one'])
  })
})

/** Ways for someone else to delete the block in which one types, the second of three. */
const DELETIONS: readonly (readonly [string, (bobs: Editor) => void])[] = [
  ['deletes it', (bobs) => bobs.drop(1)],
  [
    'deletes it and brings it back',
    (bobs) => {
      bobs.drop(1).binding.undo()
    },
  ],
  [
    'cuts it and pastes it below',
    (bobs) => {
      const block = bobs.page.blocks[1]!
      bobs.drop(1).show([...bobs.page.blocks, block])
    },
  ],
  [
    'empties it and joins it',
    (bobs) => {
      const [before, , after] = bobs.page.blocks
      bobs.show([before!, paragraph(), after!])
      bobs.drop(1)
    },
  ],
  ['pastes over the whole page', (bobs) => bobs.select(0, 2).paste('New thing', 'Another part')],
  ['deletes the whole page', (bobs) => bobs.select(0, 2).paste()],
]

/**
 * One person types letters while two others write, empty, move and delete whole blocks and tables.
 * Returns what is wrong in the end, if anything.
 */
function tearsWords(seed: number): string | undefined {
  const chance = new Random(seed)
  const beginning = new Doc()
  new PageDocument(beginning).write([
    paragraph('Before words'),
    paragraph('Middle part'),
    tableOf(['cell', 'other'], ['third', 'fourth']),
    paragraph('Afterwards comes'),
    paragraph('Last'),
  ])
  const editors = [1, 2, 3].map((id) => new Editor(id, beginning))
  const typist = editors[chance.below(3)]!
  const others = editors.filter((editor) => editor !== typist)
  typist.goAfter(chance.pick(['Before words', 'Middle part', 'Afterwards comes', 'cell', 'third']))
  let typed = 0
  for (let step = 0; step < 30; step++) {
    const kind = chance.below(10)
    if (kind < 5) typist.type(String.fromCharCode(0x3400 + typed++))
    else if (kind < 8) deleteBlocks(chance.pick(others), chance)
    else merge(chance.pick(editors), chance.pick(editors))
  }
  merge(...editors)
  const texts = editors.map((editor) => editor.texts)
  if (texts.some((each) => each.join() !== texts[0]!.join())) return 'differ'
  return texts[0]!.find((line) => WORD_BESIDE.test(line))
}

// Letters are only typed behind words, so one right before a word is wrong.
const WORD_BESIDE = /[\u3400-\u34ff][a-zA-Z]/

function deleteBlocks(editor: Editor, chance: Random): void {
  const { blocks } = editor.page
  const kind = chance.below(6)
  const at = chance.below(blocks.length)
  // The last block stays: if one person empties it and writes into it again, two people write in it.
  if (blocks.length < 4) return
  if (kind < 2)
    editor.show(blocks.toSpliced(chance.below(blocks.length), 0, paragraph('New thing')))
  else if (kind === 2 && blocks[at]?.table === undefined) {
    editor.show([...blocks.toSpliced(at, 1), ...blocks.slice(at, at + 1)])
  } else if (kind === 3 && blocks[at] && blocks[at].table === undefined) {
    editor.show(blocks.with(at, paragraph()))
    editor.drop(at)
  } else editor.drop(at, 1 + chance.below(2))
}

describe('the caret in a block that someone else deletes', () => {
  it.each(DELETIONS.flatMap(([name, act]) => [0, 3, 6].map((seen) => [name, seen, act] as const)))(
    '[PG46 PF21 PF24 PF25] someone %s, having seen %i letters of it',
    (_name, seen, act) => {
      const [anns, bobs] = twoOf(
        paragraph('Before'),
        paragraph('Middle part'),
        paragraph('Afterwards'),
      )
      anns.goAfter('Middle part').type('abcdef'.slice(0, seen))
      merge(anns, bobs)
      anns.type('abcdef'.slice(seen))
      act(bobs)
      merge(anns, bobs)
      anns.type('ghi')
      merge(anns, bobs)
      expect(bobs.lines).toEqual(anns.lines)
      const last = anns.lines.filter((line) => line.endsWith('ghi'))
      expect(last).toHaveLength(1)
      expect(last[0]).toMatch(/^paragraph: (Middle part)?(abcdef|def|)ghi$/)
      expect(anns.caret).toMatch(/ghi\|$/)
    },
  )

  it('[PG46 PF21 PF24] typed text never comes before the words of others', () => {
    const wrong = Array.from({ length: 200 }, (_, at) => at + 1).flatMap((seed) => {
      const torn = tearsWords(seed)
      return torn === undefined ? [] : [`${seed}: ${torn}`]
    })
    expect(wrong).toEqual([])
  })

  it.each([0, 3, 6])('[PG46 PF22] someone deletes the table, having seen %i letters', (seen) => {
    const [anns, bobs] = twoOf(paragraph('Before'), tableOf(['cell', 'x']), paragraph('Afterwards'))
    anns.goAfter('cell').type('abcdef'.slice(0, seen))
    merge(anns, bobs)
    anns.type('abcdef'.slice(seen))
    bobs.drop(1)
    merge(anns, bobs)
    anns.type('ghi')
    merge(anns, bobs)
    expect(bobs.lines).toEqual(anns.lines)
    expect(anns.lines).toEqual([
      'paragraph: Before',
      seen === 6 ? 'paragraph: ghi' : `table: ${'abcdef'.slice(seen)}ghi`,
      'paragraph: Afterwards',
    ])
  })

  it.each([
    ['row', 0],
    ['row', 6],
    ['column', 0],
    ['column', 6],
  ] as const)('[PG46 PF9] someone deletes the %s, having seen %i letters', (line, seen) => {
    const [anns, bobs] = twoOf(
      paragraph('Before'),
      tableOf(['a', 'cell'], ['c', 'd']),
      paragraph('Afterwards'),
    )
    anns.goAfter('cell').type('abcdef'.slice(0, seen))
    merge(anns, bobs)
    anns.type('abcdef'.slice(seen))
    const table = bobs.page.blocks[1]!.table!
    const less =
      line === 'row'
        ? { ...table, rows: table.rows.slice(1), cells: table.cells.slice(1) }
        : {
            ...table,
            columns: table.columns.slice(0, 1),
            cells: table.cells.map((row) => row.slice(0, 1)),
          }
    bobs.show(bobs.page.blocks.toSpliced(1, 1, { ...bobs.page.blocks[1]!, table: less }))
    merge(anns, bobs)
    anns.type('ghi')
    merge(anns, bobs)
    expect(bobs.lines).toEqual(anns.lines)
    expect(anns.caret).toBe(seen === 6 ? 'ghi|' : 'abcdefghi|')
  })
})
