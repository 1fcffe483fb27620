import { expect, it } from 'vitest'
import { parseSync, Visitor } from 'vite'
import { messages } from '../languages/en.js'

const SOURCES = Object.entries(
  import.meta.glob<string>(
    [
      '../**/*.{ts,tsx}',
      '!../**/*.test.ts',
      '!../**/languages/*',
      '!../templates/contents/*',
      '!../page-document/**',
    ],
    { eager: true, query: '?raw', import: 'default' },
  ),
)
const CODE = SOURCES.map(([, code]) => code).join('\n')
/** What is the same in all languages: names, keys and signs. */
const SAME = /^(?:whereabouts|[\p{P}\p{S}\p{N}\s]*|[A-Z]|\+)$/u
/** What is shown or read aloud. */
const SAID =
  /^(?:aria-(?:label|description|placeholder|roledescription|valuetext)|alt|label|placeholder|title|text|about)$/
/** A sentence, or the beginning of one, of several words. */
const SENTENCE = /^(?:A|I|[A-Z][a-z’]+) \S/
/** What is said when the language could not be loaded. */
const WITHOUT_LANGUAGE = ['The page could not be loaded.', 'Try again']

it('[LA8] each message is used', () => {
  const unused = Object.keys(messages).filter((id) => !isUsed(id))
  expect(unused).toEqual([])
})

it('[LA4] no text is written where it is shown', () => {
  const found = SOURCES.flatMap(([file, code]) => textsIn(file, code))
  expect(found).toEqual(WITHOUT_LANGUAGE.map((text) => `../main.ts: ${text}`))
})

it('[LA4] a text that is written where it is shown would be found', () => {
  const code = `
    const a = <p title="A title">Some text <b>{'More'}</b></p>
    notify('Something went wrong.')
    const b = <input placeholder={isNew ? 'New' : t('common.close')} />`
  expect(textsIn('a.tsx', code).map((text) => text.replace(/^.*: /, ''))).toEqual([
    'A title',
    'Some text',
    'More',
    'Something went wrong.',
    'New',
  ])
})

/** A message may be asked for by the beginning of its id, as in t(`status.${saving}`). */
function isUsed(id: string): boolean {
  if (CODE.includes(`'${id}'`)) return true
  const ends = [...id.matchAll(/[.a-z](?=[.A-Z\d-])|\./g)].map(({ index }) => index + 1)
  return ends.some((end) => CODE.includes(`\`${id.slice(0, end)}\${`)) || isEndUsed(id)
}

/** As in t(`${what}Many`), where both are asked for. */
const isEndUsed = (id: string): boolean =>
  id.endsWith('Many') && CODE.includes('}Many`') && isUsed(id.slice(0, -'Many'.length))

function textsIn(file: string, code: string): string[] {
  const found: string[] = []
  const note = (text: string) => {
    if (!SAME.test(text.trim())) found.push(`${file}: ${text.trim()}`)
  }
  const noteValue = (value: unknown): void => {
    const { type, ...node } = Object(value) as {
      readonly type?: string
      readonly [field: string]: unknown
    }
    if (type === 'Literal' && typeof node['value'] === 'string') note(node['value'])
    if (type === 'JSXExpressionContainer') noteValue(node['expression'])
    if (type === 'ConditionalExpression') {
      noteValue(node['consequent'])
      noteValue(node['alternate'])
    }
    if (type === 'LogicalExpression') noteValue(node['right'])
    if (type === 'TemplateLiteral') {
      const parts = node['quasis'] as readonly { readonly value: { readonly raw: string } }[]
      for (const { value: part } of parts) note(part.raw)
    }
  }
  const { program } = parseSync(file, code)
  const inMarkup = new Set<unknown>()
  new Visitor({
    JSXText: ({ value }) => note(value),
    JSXAttribute(node) {
      if (node.value?.type === 'Literal') inMarkup.add(node.value)
      if (node.name.type === 'JSXIdentifier' && SAID.test(node.name.name)) noteValue(node.value)
    },
    JSXElement({ children }) {
      for (const child of children) if (child.type === 'JSXExpressionContainer') noteValue(child)
    },
    NewExpression({ arguments: given }) {
      // What is thrown is for programmers, unless it is shown: then it is a message.
      for (const argument of given) inMarkup.add(argument)
    },
    Literal(node) {
      const { value } = node
      if (typeof value === 'string' && SENTENCE.test(value) && !inMarkup.has(node)) note(value)
    },
  }).visit(program)
  return [...new Set(found)]
}
