import { FileProblem, unpack, type Parts } from '@whereabouts/univer/files'
import { t } from '../../../../language/language.js'
import { attributeOf } from './xml.js'

const MEGABYTE = 1024 * 1024
/** What is unpacked of a file. @see OFFICE.md PE25 */
const LIMITS = {
  unpackedBytes: 48 * MEGABYTE,
  ratio: 400,
  ratioFromBytes: 16 * MEGABYTE,
  parts: 5_000,
}
const MAX_XML_BYTES = 16 * MEGABYTE
const READ = /\.(?:xml|rels)$|(?:^|\/)media\//i
const OLE = [0xd0, 0xcf, 0x11, 0xe0]
const MAIN = 'word/document.xml'

/** A part of a file that another refers to. */
export interface Target {
  /** The end of the type's URI. @example 'image' */
  readonly type: string
  readonly target: string
  readonly isExternal: boolean
}

/** The parts of a file of Word. @see ECMA-376 part 2 */
export class WordPackage {
  readonly #name: string
  readonly #parts: Parts
  readonly #main: string
  /** What the text refers to, by id. */
  readonly targets: ReadonlyMap<string, Target>

  /** @throws {Error} whose message tells people why it can't be read */
  constructor(bytes: Uint8Array, name: string) {
    this.#name = name
    if (OLE.every((byte, at) => bytes[at] === byte)) throw new Error(t('page.wordOther', { name }))
    this.#parts = tryUnpack(bytes, name)
    const main = [...this.#targetsOf('').values()].find(({ type }) => type === 'officeDocument')
    this.#main = main === undefined ? MAIN : pathOf('', main.target)
    this.targets = this.#targetsOf(this.#main)
  }

  /** Returns the text itself. */
  get text(): Element {
    const read = this.#read(this.#main)
    if (read === undefined) throw new Error(t('page.wordDamaged', { name: this.#name }))
    return read
  }

  /** Returns the part of a type that belongs to the text. @example partOf('styles') */
  partOf(type: string): Element | undefined {
    const found = [...this.targets.values()].find((target) => target.type === type)
    return found === undefined ? undefined : this.#read(pathOf(this.#main, found.target))
  }

  /** Returns the bytes of what the text refers to. */
  bytesOf({ target }: Target): Uint8Array | undefined {
    return this.#partAt(pathOf(this.#main, target))
  }

  #partAt(path: string): Uint8Array | undefined {
    return Object.hasOwn(this.#parts, path) ? this.#parts[path] : undefined
  }

  #targetsOf(path: string): ReadonlyMap<string, Target> {
    const [, folder = '', file = ''] = /^(.*\/)?([^/]*)$/.exec(path) ?? []
    const root = this.#read(`${folder}_rels/${file}.rels`)
    return new Map(
      [...(root?.children ?? [])].map((element) => [
        attributeOf(element, 'Id') ?? '',
        {
          type: (attributeOf(element, 'Type') ?? '').split('/').at(-1)!,
          target: attributeOf(element, 'Target') ?? '',
          isExternal: attributeOf(element, 'TargetMode') === 'External',
        },
      ]),
    )
  }

  #read(path: string): Element | undefined {
    const bytes = this.#partAt(path)
    if (bytes === undefined) return undefined
    if (bytes.length > MAX_XML_BYTES) throw new Error(t('page.wordTooMuch', { name: this.#name }))
    const root = parse(new TextDecoder().decode(bytes))
    if (root === undefined) throw new Error(t('page.wordDamaged', { name: this.#name }))
    return root
  }
}

function tryUnpack(bytes: Uint8Array, name: string): Parts {
  try {
    return unpack(bytes, READ, LIMITS)
  } catch (error) {
    const isTooLarge = error instanceof FileProblem && error.fault === 'too-large'
    const message = t(isTooLarge ? 'page.wordTooMuch' : 'page.wordDamaged', { name })
    throw new Error(message, { cause: error })
  }
}

/** No program writes declarations; with them, entities could be expanded to any size. */
function parse(xml: string): Element | undefined {
  if (xml.includes('<!DOCTYPE')) return undefined
  const { documentElement, doctype } = new DOMParser().parseFromString(xml, 'application/xml')
  const isBroken = documentElement.getElementsByTagName('parsererror').length > 0
  return doctype !== null || isBroken || documentElement.localName === 'parsererror'
    ? undefined
    : documentElement
}

/** Returns the path of a part that another refers to. @example pathOf('word/document.xml', 'media/1.png') */
function pathOf(from: string, target: string): string {
  try {
    const base = new URL(from, 'https://package.invalid/')
    return decodeURIComponent(new URL(target, base).pathname).slice(1)
  } catch {
    return ''
  }
}
