import { joinRuns, type Block, type Marks, type Run } from '../../../../page-document/block.js'
import { cleanText } from '../../../../page-document/flow.js'
import { isSafeLink } from '../../../../page-document/links.js'
import type { Feature } from './left-out.js'
import { imageBlock } from './read-drawing.js'
import { marksOf } from './read-marks.js'
import type { Reading } from './reading.js'
import { attributeOf, childOf, nameOf, within } from './xml.js'

/** Where text is. */
export interface TextPlace {
  /** The style of the paragraph, if it says how its text looks. */
  readonly style: string | undefined
  readonly link?: string
}

/** The content of a paragraph. */
export interface ParagraphText {
  readonly runs: readonly Run[]
  readonly images: readonly Block[]
  /** What is in text boxes that are anchored here. */
  readonly boxes: readonly Element[]
  /** Whether it has a line across the page. */
  readonly hasRule: boolean
  /** Whether it has anything that isn't text, taken in or not. */
  readonly isDrawn: boolean
}

/** A field: an instruction, and then its result, which is the text that is shown. */
interface Field {
  instruction: string
  isResult: boolean
  /** Where its result leads. */
  link: string | undefined
}

/** What only groups other elements. Deletions that are tracked aren't among them. */
const GROUPS: ReadonlySet<string> = new Set(
  'w:ins w:moveTo w:smartTag w:customXml w:dir w:bdo w:sdt w:sdtContent w:ruby w:rubyBase'.split(
    ' ',
  ),
)
const CHARACTERS: { readonly [name: string]: string } = {
  'w:tab': '\t',
  'w:ptab': '\t',
  'w:cr': '\n',
  'w:noBreakHyphen': '\u2011',
  'w:softHyphen': '\u00AD',
}
const DRAWN: ReadonlySet<string> = new Set(['w:drawing', 'w:pict', 'w:object'])
/** What stands for notes that are elsewhere. */
const NOTES: { readonly [name: string]: Feature } = {
  'w:commentReference': 'comments',
  'w:footnoteReference': 'footnotes',
  'w:endnoteReference': 'footnotes',
}
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i
const PRIVATE_FROM = 0xe000
/** An instruction with the longest address that a page can have is shorter. */
const MAX_INSTRUCTION = 4_000

/** Reads the text of paragraphs, one after the other: a field may reach over several. */
export class TextReader {
  readonly #reading: Reading
  readonly #fields: Field[] = []
  #runs: Run[] = []
  #images: Block[] = []
  #boxes: Element[] = []
  #hasRule = false
  #isDrawn = false

  constructor(reading: Reading) {
    this.#reading = reading
  }

  read(paragraph: Element, place: TextPlace): ParagraphText {
    this.#runs = []
    this.#images = []
    this.#boxes = []
    this.#hasRule = false
    this.#isDrawn = false
    this.#readAll(paragraph, place)
    return {
      runs: joinRuns(this.#runs),
      images: this.#images,
      boxes: this.#boxes,
      hasRule: this.#hasRule,
      isDrawn: this.#isDrawn,
    }
  }

  #readAll(parent: Element, place: TextPlace): void {
    this.#reading.within(() => {
      for (const child of parent.children) this.#read(child, place)
    })
  }

  #read(element: Element, place: TextPlace): void {
    const name = nameOf(element)
    if (name === 'w:r') this.#readRun(element, place)
    else if (GROUPS.has(name)) this.#readAll(element, place)
    else if (name === 'w:hyperlink') this.#readAll(element, linked(place, this.#targetOf(element)))
    else if (name === 'w:fldSimple') {
      this.#readAll(element, linked(place, linkIn(attributeOf(element, 'instr'))))
    } else if (name === 'mc:AlternateContent') this.#readAll(chosenOf(element), place)
    else if (name === 'm:oMath' || name === 'm:oMathPara') this.#add(formulaOf(element), {})
  }

  #readRun(run: Element, place: TextPlace): void {
    const properties = childOf(run, 'w:rPr')
    if (childOf(properties, 'w:vanish') !== undefined) return
    const link = place.link ?? this.#fields.find((field) => field.link !== undefined)?.link
    const marks = marksOf(properties, { ...place, ...(link && { link }) }, this.#reading.styles)
    this.#readParts(run, marks)
  }

  #readParts(run: Element, marks: Marks): void {
    this.#reading.within(() => {
      for (const child of run.children) this.#readPart(child, marks)
    })
  }

  #readPart(part: Element, marks: Marks): void {
    const name = nameOf(part)
    const character = CHARACTERS[name]
    if (name === 'w:fldChar') this.#readFieldCharacter(attributeOf(part, 'fldCharType'))
    else if (name === 'w:instrText') this.#addInstruction(part.textContent)
    else if (this.#fields.some(({ isResult }) => !isResult)) return
    else if (name === 'w:t') this.#add(part.textContent, marks)
    else if (character !== undefined) this.#add(character, marks)
    else if (name === 'w:br') this.#add(isLineBreak(part) ? '\n' : '', marks)
    else if (name === 'w:sym') this.#add(symbolOf(part), marks)
    else if (name === 'mc:AlternateContent') this.#readParts(chosenOf(part), marks)
    else if (name === 'w:ruby') this.#readAll(part, { style: undefined })
    else if (DRAWN.has(name)) this.#draw(part)
    else this.#leaveOut(NOTES[name])
  }

  #leaveOut(feature: Feature | undefined): void {
    if (feature !== undefined) this.#reading.leftOut.add(feature)
  }

  #readFieldCharacter(type: string | undefined): void {
    const field = this.#fields.at(-1)
    if (type === 'begin') {
      this.#reading.assertDepth(this.#fields.length)
      this.#fields.push({ instruction: '', isResult: false, link: undefined })
    } else if (type === 'end') this.#fields.pop()
    else if (field !== undefined) {
      field.isResult = true
      field.link = linkIn(field.instruction)
    }
  }

  #addInstruction(text: string): void {
    const field = this.#fields.at(-1)
    if (field === undefined || field.instruction.length > MAX_INSTRUCTION) return
    field.instruction += text.slice(0, MAX_INSTRUCTION)
  }

  #add(text: string, marks: Marks): void {
    this.#reading.countText(text)
    this.#runs.push({ text: cleanText(text), marks })
  }

  #draw(drawing: Element): void {
    this.#isDrawn = true
    const box = within(drawing, 'w:txbxContent')
    if (box !== undefined) this.#boxes.push(box)
    else if (isRule(drawing)) this.#hasRule = true
    else {
      const images = imageBlock(drawing, this.#reading)
      if (images === undefined) this.#reading.leftOut.add('drawings')
      else this.#images.push(...images)
    }
  }

  #targetOf(link: Element): string | undefined {
    const { isExternal, target } = this.#reading.targets.get(attributeOf(link, 'id') ?? '') ?? {}
    return isExternal === true ? allowed(target) : undefined
  }
}

const linked = (place: TextPlace, link: string | undefined): TextPlace =>
  link === undefined ? place : { ...place, link }

/** Returns an address that a page may link to; one without a server is of some folder of its writer's. */
const allowed = (href: string | undefined): string | undefined =>
  href !== undefined && ABSOLUTE.test(href) && isSafeLink(href) ? href : undefined

const linkIn = (instruction = ''): string | undefined =>
  allowed(/^\s*HYPERLINK\s+"([^"]+)"/i.exec(instruction)?.[1])

const chosenOf = (element: Element): Element =>
  childOf(element, 'mc:Choice') ?? childOf(element, 'mc:Fallback') ?? element

const isLineBreak = (element: Element): boolean =>
  ['textWrapping', undefined].includes(attributeOf(element, 'type'))

const isRule = (drawing: Element): boolean => attributeOf(within(drawing, 'v:rect'), 'hr') === 't'

/** Returns a symbol of a font, unless only that font knows what it is. */
function symbolOf(element: Element): string {
  const code = Number.parseInt(attributeOf(element, 'char') ?? '', 16)
  return code > 0x20 && code < PRIVATE_FROM ? String.fromCharCode(code) : ''
}

/** Returns a formula as a line of text. */
function formulaOf(element: Element): string {
  const texts = [...element.getElementsByTagNameNS('*', 't')]
  return texts.map(({ textContent }) => textContent).join('')
}
