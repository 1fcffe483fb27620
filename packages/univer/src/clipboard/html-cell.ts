import type { Style } from '../document/index.js'
import { toStyle } from './cell-style.js'
import { readDeclarations, type Declarations } from './css.js'
import { textOf } from './html-text.js'
import { readValue } from './html-value.js'
import { clean, type PastedCell } from './table.js'

type Classes = ReadonlyMap<string, Declarations>

const TAGS = new Map<string, readonly [string, string]>([
  ['TH', ['font-weight', 'bold']],
  ['B', ['font-weight', 'bold']],
  ['STRONG', ['font-weight', 'bold']],
  ['I', ['font-style', 'italic']],
  ['EM', ['font-style', 'italic']],
  ['U', ['text-decoration-line', 'underline']],
  ['S', ['text-decoration', 'line-through']],
  ['STRIKE', ['text-decoration', 'line-through']],
  ['DEL', ['text-decoration', 'line-through']],
])
const ATTRIBUTES = new Map([
  ['align', 'text-align'],
  ['valign', 'vertical-align'],
  ['bgcolor', 'background-color'],
  ['color', 'color'],
  ['face', 'font-family'],
])
const WRAP = 3

/** Reads a table cell; its style is what all of its text has in common. */
export function readHtmlCell(cell: Element, classes: Classes): PastedCell {
  const text = clean(textOf(cell))
  const css = new Map(wrappersOf(cell).flatMap((element) => [...cssOf(element, classes)]))
  const { pattern, ...value } = readValue(cell, text, css)
  const isBroken = typeof value.v === 'string' && value.v.includes('\n')
  const s: Style = {
    ...toStyle(css),
    ...(isBroken ? { tb: WRAP } : {}),
    ...(pattern === undefined ? {} : { n: { pattern } }),
  }
  return { ...value, text, s }
}

/** Returns the cell and the elements within it that contain all of its text. */
function wrappersOf(cell: Element): Element[] {
  const wrappers = [cell]
  let inner = onlyChild(cell)
  while (inner !== undefined) {
    wrappers.push(inner)
    inner = onlyChild(inner)
  }
  return wrappers
}

function onlyChild(element: Element): Element | undefined {
  const [child, ...more] = element.children
  if (child === undefined || more.length > 0 || child.nodeName === 'TABLE') return undefined
  return child.textContent.trim() === element.textContent.trim() ? child : undefined
}

function cssOf(element: Element, classes: Classes): (readonly [string, string])[] {
  const tag = TAGS.get(element.nodeName)
  const attributes = [...ATTRIBUTES].flatMap(([name, property]) => {
    const value = element.getAttribute(name)
    return value === null ? [] : [[property, value] as const]
  })
  const ofClasses = [...element.classList].flatMap((name) => [...(classes.get(name) ?? [])])
  const own = readDeclarations(element.getAttribute('style') ?? '')
  return [...(tag === undefined ? [] : [tag]), ...attributes, ...ofClasses, ...own]
}
