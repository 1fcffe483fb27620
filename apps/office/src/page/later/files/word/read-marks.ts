import type { Color, Marks } from '../../../../page-document/block.js'
import { colorLike, namedColor } from './colors.js'
import type { TextPlace } from './read-text.js'
import type { Styles } from './styles.js'
import { attributeOf, childOf, isOn } from './xml.js'

type Find = (name: string) => Element | undefined

/** Returns the marks of text, by its own properties, its style and that of its paragraph. */
export function marksOf(
  properties: Element | undefined,
  { style: around, link }: TextPlace,
  styles: Styles,
): Marks {
  const own: Find = (name) => childOf(properties, name)
  const style = attributeOf(own('w:rStyle'))
  const isOfLinks = style !== undefined && styles.isLink(style)
  const find: Find = (name) =>
    own(name) ??
    (isOfLinks ? undefined : styles.textProperty(style, name)) ??
    styles.textProperty(around, name)
  // Programs without a style for links give each its color and line.
  const chosen: Find = link === undefined || style !== undefined ? find : () => undefined
  const color = colorLike(attributeOf(chosen('w:color')), 'text')
  const highlight = highlightOf(find)
  return {
    ...(isOn(find('w:b')) && { bold: true }),
    ...(isOn(find('w:i')) && { italic: true }),
    ...(isOn(chosen('w:u')) && { underline: true }),
    ...((isOn(find('w:strike')) || isOn(find('w:dstrike'))) && { strike: true }),
    ...marksOfStyle(style, styles),
    ...(color && { color }),
    ...(highlight && { highlight }),
    ...(link !== undefined && { link }),
  }
}

function marksOfStyle(style: string | undefined, styles: Styles): Marks {
  if (style === undefined) return {}
  if (styles.isFormula(style)) return { math: true }
  return styles.isCode(style) ? { code: true } : {}
}

function highlightOf(find: Find): Color | undefined {
  const named = namedColor(attributeOf(find('w:highlight')) ?? '')
  return named ?? colorLike(attributeOf(find('w:shd'), 'fill'), 'highlight')
}
