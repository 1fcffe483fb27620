import { MIN_IMAGE_WIDTH } from '../../../../page-document/attributes.js'
import type { Block } from '../../../../page-document/block.js'
import { cleanText } from '../../../../page-document/flow.js'
import { TEXT_WIDTH_PX } from './looks.js'
import type { ReadImage, Reading } from './reading.js'
import { attributeOf, nameOf, numberOf, within } from './xml.js'

const EMU_PER_PX = 9_525
const MAX_TEXT = 1_000
/** An image whose width differs by less has the width that it has anyway. */
const TOLERANCE = 0.02

/** Returns the images in a drawing; `undefined` if it consists of something else. */
export function imageBlock(drawing: Element, reading: Reading): readonly Block[] | undefined {
  const found = [...drawing.getElementsByTagNameNS('*', '*')].filter((element) =>
    ['a:blip', 'v:imagedata'].includes(nameOf(element)),
  )
  if (found.length === 0) return undefined
  const alt = cleanText(attributeOf(within(drawing, 'wp:docPr'), 'descr') ?? '').slice(0, MAX_TEXT)
  const emu = numberOf(within(drawing, 'wp:extent'), 'cx')
  return found.flatMap((element): Block[] => {
    const id = attributeOf(element, nameOf(element) === 'a:blip' ? 'embed' : 'id')
    const image = reading.imageOf(id ?? '')
    if (image === undefined) return []
    const width = widthOf(emu, image)
    const attributes = {
      src: image.src,
      ...(alt !== '' && { alt }),
      ...(width !== undefined && { width }),
    }
    return [{ type: 'image', attributes, content: [] }]
  })
}

/** Returns the width in percent of the text's, unless it is the image's own. */
function widthOf(emu: number | undefined, image: ReadImage): number | undefined {
  if (emu === undefined) return undefined
  const shown = emu / EMU_PER_PX
  const natural = Math.min(image.width, TEXT_WIDTH_PX)
  if (Math.abs(shown - natural) <= Math.max(1, natural * TOLERANCE)) return undefined
  const percent = Math.round((shown / TEXT_WIDTH_PX) * 100)
  return percent < 100 ? Math.max(MIN_IMAGE_WIDTH, percent) : undefined
}
