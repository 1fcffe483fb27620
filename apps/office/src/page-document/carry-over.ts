import {
  applyUpdate,
  ContentString,
  ContentType,
  Doc,
  encodeStateAsUpdate,
  type XmlFragment,
  type Item,
  type Text,
} from 'yjs'
import { formatOf, isKnownFormat } from '@whereabouts/univer/document'
import { PAGE_FORMAT } from './page-format.js'
import { makeSeeded } from './seeded.js'
import { paragraph, type Block } from './block.js'
import { cleanText } from './flow.js'
import { OLD_FIELD, readOldFormat } from './old-format.js'
import { PageDocument } from './page-document.js'
import { isFlow } from './places.js'

/** How much of each client's writing in the old format has been converted, as a clock. */
type Reach = { readonly [client: string]: unknown }

const OLD_FORMAT = 1
const RECORD = /^carried\/([0-9]{10,16})$/
// Client ids of Yjs are smaller, so nobody else has these; late text gets higher ids, and so comes
// last.
const FIRST_ID = 2 ** 32
const FIRST_LATE_ID = 2 ** 52
const IDS = 2 ** 51
const CARRYING = {}

/** Returns whether a document has a page in the old format only. @see PAGE.md PF10 */
export function isOldFormat(doc: Doc): boolean {
  const isOld = formatOf(doc) === OLD_FORMAT && doc.getXmlFragment(OLD_FIELD).length > 0
  return isOld && recordsOf(doc).length === 0
}

/**
 * Converts a page from the old format, or text that was written in it since. Clients that convert
 * the same state make the same update, byte for byte, so nothing is doubled. Of two conversions of
 * different states at the same time, one is taken back.
 *
 * @see PAGE.md PF10
 */
export function carryOver(doc: Doc): void {
  if (doc.getXmlFragment(OLD_FIELD).length === 0 || !isKnownFormat(doc, PAGE_FORMAT)) return
  if (isOldFormat(doc)) {
    applyUpdate(doc, makeUpdate(readOldFormat(doc), reachOf(doc), FIRST_ID), CARRYING)
  }
  takeBackOthers(doc)
  const late = readLate(doc)
  if (late.length > 0) applyUpdate(doc, makeUpdate(late, reachOf(doc), FIRST_LATE_ID), CARRYING)
}

function makeUpdate(blocks: readonly Block[], reach: Reach, firstId: number): Uint8Array {
  const chance = makeSeeded(JSON.stringify([blocks, reach]))
  const doc = new Doc()
  doc.clientID = firstId + Math.floor(chance() * IDS)
  const page = new PageDocument(doc, chance)
  page.write(blocks)
  doc.getMap('about').set('format', PAGE_FORMAT)
  doc.getMap('about').set(`carried/${doc.clientID}`, reach)
  const update = encodeStateAsUpdate(doc)
  page.destroy()
  doc.destroy()
  return update
}

/** Returns the ids of the conversions, and how far each went. */
function recordsOf(doc: Doc): readonly { readonly id: number; readonly reach: Reach }[] {
  return [...doc.getMap('about').entries()]
    .flatMap(([key, reach]) => {
      const id = Number(RECORD.exec(key)?.[1])
      return id >= FIRST_ID && typeof reach === 'object' && reach !== null
        ? [{ id, reach: reach as Reach }]
        : []
    })
    .toSorted((one, other) => one.id - other.id)
}

/** Of several conversions made at the same time, keeps the first and deletes the others. */
function takeBackOthers(doc: Doc): void {
  const whole = recordsOf(doc).filter(({ id }) => id < FIRST_LATE_ID)
  const others = new Set(whole.slice(1).map(({ id }) => id))
  if (others.size === 0) return
  doc.transact(() => {
    for (const name of doc.share.keys()) {
      if (isFlow(name)) deleteFrom(doc.getText(name), others)
    }
  }, CARRYING)
}

/** Deletes what was converted under these ids, but not what people have typed into it. */
function deleteFrom(text: Text, clients: ReadonlySet<number>): void {
  const found: { readonly at: number; readonly length: number }[] = []
  let at = 0
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    if (clients.has(item.id.client)) found.push({ at, length: item.length })
    at += item.length
  }
  for (const each of found.toReversed()) text.delete(each.at, each.length)
}

/** Returns the last clock of each client in the old format. */
function reachOf(doc: Doc): Reach {
  const reach = new Map<number, number>()
  for (const { item } of itemsOf(doc.getXmlFragment(OLD_FIELD))) {
    const { client, clock } = item.id
    reach.set(client, Math.max(reach.get(client) ?? 0, clock + item.length))
  }
  return Object.fromEntries([...reach].toSorted(([one], [other]) => one - other))
}

/**
 * Reads what was written in the old format after the conversion, as a paragraph for each changed
 * text.
 */
function readLate(doc: Doc): readonly Block[] {
  const [first, ...others] = recordsOf(doc)
  const records = [first, ...others.filter(({ id }) => id >= FIRST_LATE_ID)]
  const texts = new Map<unknown, string>()
  for (const { item, parent } of itemsOf(doc.getXmlFragment(OLD_FIELD))) {
    if (!(item.content instanceof ContentString)) continue
    const { client, clock } = item.id
    const known = records.reduce(
      (most, record) => Math.max(most, Number(record?.reach[client] ?? 0)),
      0,
    )
    const text = item.content.str.slice(Math.max(0, known - clock))
    if (text !== '') texts.set(parent, (texts.get(parent) ?? '') + cleanText(text))
  }
  return [...texts.values()].map((text) => paragraph(text))
}

/** Yields all items within a type at any depth, in order. */
function* itemsOf(root: XmlFragment): Generator<{ item: Item; parent: unknown }> {
  const waiting: { item: Item | null; parent: unknown }[] = [{ item: root._start, parent: root }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { item, parent } = next
    if (item === null) continue
    waiting.push({ item: item.right, parent })
    if (item.deleted) continue
    yield { item, parent }
    if (item.content instanceof ContentType) {
      waiting.push({ item: item.content.type._start, parent: item.content.type })
    }
  }
}
