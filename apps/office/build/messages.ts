import { fileURLToPath } from 'node:url'
import { parse } from '@formatjs/icu-messageformat-parser'
import type { ESTree, Plugin } from 'vite'

const FILE = /\/src\/languages\/[^/]+\.ts$/
const PARSER = '@formatjs/icu-messageformat-parser'

/**
 * Writes each message as it was read, so that no page has to load what reads messages: three quarters of the
 * library. Tests go without this, and read them when they need them.
 *
 * @see OFFICE.md OF7
 */
export const readMessages: Plugin = {
  name: 'read-messages',
  apply: 'build',
  resolveId: {
    order: 'pre',
    handler(id, importer) {
      return id === PARSER && importer
        ? fileURLToPath(import.meta.resolve(`${PARSER}/no-parser.js`))
        : undefined
    },
  },
  transform: {
    filter: { id: FILE },
    handler(code) {
      let written = code
      // From the end, so that what comes before stays where it is.
      for (const { start, end, value } of messagesIn(this.parse(code)).toReversed()) {
        const read = JSON.stringify(parse(value, { ignoreTag: true }))
        written = written.slice(0, start) + read + written.slice(end)
      }
      return { code: written, map: null }
    },
  },
}

interface Message {
  readonly start: number
  readonly end: number
  readonly value: string
}

/** Returns the messages with places for values; the others are texts already. */
function messagesIn({ body }: ESTree.Program): Message[] {
  const declared = body.flatMap((each) =>
    each.type === 'ExportNamedDeclaration' && each.declaration?.type === 'VariableDeclaration'
      ? each.declaration.declarations
      : [],
  )
  const messages = declared.find(({ id }) => id.type === 'Identifier' && id.name === 'messages')
  if (messages?.init?.type !== 'ObjectExpression') throw new Error('A language has no messages')
  return messages.init.properties.flatMap((each) => {
    if (each.type !== 'Property' || each.value.type !== 'Literal') {
      throw new Error('Each message is a text')
    }
    const { start, end, value } = each.value
    return typeof value === 'string' && value.includes('{') ? [{ start, end, value }] : []
  })
}
