import { getSchema } from '@tiptap/core'
import { EditorState, TextSelection, type Transaction } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { applyUpdate, Doc, encodeStateAsUpdate, type UndoManager } from 'yjs'
import { describe, expect, it } from 'vitest'
import { paragraph, textOf, type Block } from '../page-document/block.js'
import { PageDocument } from '../page-document/page-document.js'
import { changeBlocks } from '../page-document/simulation/edits.js'
import { makeUndo } from '../page-document/undo.js'
import { SeededChance } from '../page-document/simulation/chance.js'
import { PageBinding } from './binding.js'
import { indentBy, setStyle, splitBlock } from './block-commands.js'
import { Converter } from './convert.js'
import { CONTENT } from './extensions.js'
import { patchChildren } from './patch.js'

const schema = getSchema(CONTENT)

/** An editor without a window: what the binding knows of one. */
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

  /** Makes what is shown something else, as its user would. */
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
    for (const character of text) this.dispatch(this.state.tr.insertText(character))
    return this
  }

  get lines(): readonly string[] {
    return this.state.doc.children.map(({ type, textContent }) => `${type.name}: ${textContent}`)
  }

  /** The text of the block before the caret, and after it. */
  get caret(): string {
    const { $head } = this.state.selection
    const text = $head.parent.textContent
    return `${text.slice(0, $head.parentOffset)}|${text.slice($head.parentOffset)}`
  }
}

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

/** Whether three who do things in turns all see what the page says in the end. */
function isShown(seed: number): boolean {
  const chance = new SeededChance(seed)
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
  it('[PF4 PG6] shows in each editor what is done in the others, whatever it is', () => {
    const wrong = Array.from({ length: 150 }, (_, at) => at + 1).filter((seed) => !isShown(seed))
    expect(wrong).toEqual([])
  })

  it('[PG22] the caret goes with its text when another presses Enter before it', () => {
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

  it('[PG22] both who write at the same place each write on in their own words', () => {
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

  it('[PG13 PF4] what is typed into a block while another restyles it stays, also when that is undone', () => {
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

  it('[PG13] the caret is where it was before what is undone', () => {
    const [anns] = twoOf(paragraph('one'), paragraph('two'))
    anns.goAfter('one').type('!').goAfter('two')
    anns.binding.undo()
    expect(anns.caret).toBe('one|')
    anns.binding.redo()
    expect(anns.lines).toEqual(['paragraph: one!', 'paragraph: two'])
  })

  it('[PF12 PG13] nothing is written while the version of the page is unknown, by undo neither', () => {
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
