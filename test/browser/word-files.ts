import { strToU8, zipSync } from 'fflate'

const W = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006/relationships'
const NAMESPACES = `xmlns:w="${W}" xmlns:r="${OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"`

const STYLES = [
  '<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="heading 2"/></w:style>',
  '<w:style w:type="paragraph" w:styleId="mine"><w:name w:val="My part"/><w:basedOn w:val="a1"/></w:style>',
  '<w:style w:type="paragraph" w:styleId="loop"><w:name w:val="Loop"/><w:basedOn w:val="loop"/></w:style>',
  '<w:style w:type="paragraph" w:styleId="ListBullet2"><w:name w:val="List Bullet 2"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>',
  '<w:style w:type="character" w:styleId="s"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>',
].join('')

const level = (at: number, format: string, text: string) =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`
const NUMBERING =
  `<w:abstractNum w:abstractNumId="0">${level(0, 'bullet', '')}${level(1, 'bullet', 'o')}</w:abstractNum>` +
  `<w:abstractNum w:abstractNumId="1">${level(0, 'decimal', '%1.')}${level(1, 'lowerLetter', '%2)')}</w:abstractNum>` +
  '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>' +
  '<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'

/** What the text of a file may refer to as `r1`, `r2`, … */
export interface Target {
  readonly type: 'hyperlink' | 'image'
  readonly target: string
}

const relationships = (targets: readonly (readonly [id: string, type: string, target: string])[]) =>
  `<Relationships xmlns="${PACKAGE}">${targets
    .map(([id, type, target]) => {
      const mode = type === 'hyperlink' ? ' TargetMode="External"' : ''
      return `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"${mode}/>`
    })
    .join('')}</Relationships>`

/**
 * Returns a file as Word writes them.
 *
 * @param body what is in `w:body`
 * @param parts other parts, by path
 */
export function wordFile(
  body: string,
  targets: readonly Target[] = [],
  parts: { readonly [path: string]: Uint8Array } = {},
): Uint8Array {
  const own = targets.map(({ type, target }, at) => [`r${at + 1}`, type, target] as const)
  const xml = {
    '_rels/.rels': relationships([['r1', 'officeDocument', 'word/document2.xml']]),
    'word/document2.xml': `<?xml version="1.0"?><w:document ${NAMESPACES}><w:body>${body}</w:body></w:document>`,
    'word/styles.xml': `<w:styles xmlns:w="${W}">${STYLES}</w:styles>`,
    'word/numbering.xml': `<w:numbering xmlns:w="${W}">${NUMBERING}</w:numbering>`,
    'word/_rels/document2.xml.rels': relationships([
      ['s', 'styles', 'styles.xml'],
      ['n', 'numbering', '/word/numbering.xml'],
      ...own,
    ]),
  }
  const written = Object.entries(xml).map(([path, text]) => [path, strToU8(text)])
  return zipSync({ ...Object.fromEntries(written), ...parts })
}

/** Returns a run of text. */
export const run = (text: string, properties = ''): string =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`

/** Returns a paragraph. */
export const para = (content: string, properties = ''): string =>
  `<w:p><w:pPr>${properties}</w:pPr>${content}</w:p>`

/** Returns the properties of an item of a list. */
export const item = (list: number, at = 0): string =>
  `<w:numPr><w:ilvl w:val="${at}"/><w:numId w:val="${list}"/></w:numPr>`
