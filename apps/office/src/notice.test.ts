import { beforeAll, describe, expect, it } from 'vitest'
import { describeNotice, type Notice, noticeOf, type NoticeState } from './notice.js'
import { speak } from './language/language.js'

beforeAll(() => speak('en'))

const FINE: NoticeState = {
  status: 'online',
  roomProblem: undefined,
  documentProblem: undefined,
  saving: 'saved',
  canEdit: true,
  watches: false,
  former: null,
  isLink: false,
  can: ['watch', 'join', 'move', 'write'],
}
const READER = { canEdit: false, can: ['watch', 'join', 'move'] }
const CLOSED = { status: 'closed', canEdit: false } as const
const LINK = { isLink: true, ...READER } as const

const TABLE: readonly (readonly [what: string, state: Partial<NoticeState>, notice: Notice])[] = [
  ['all is well', {}, { kind: 'none' }],
  ['connecting, with a copy', { status: 'connecting', saving: 'unknown' }, { kind: 'none' }],
  ['offline', { status: 'reconnecting', saving: 'kept' }, { kind: 'none' }],
  ['saving', { saving: 'saving' }, { kind: 'none' }],
  ['some is set aside', { saving: 'setAside', documentProblem: 'too-large' }, { kind: 'none' }],
  ['a viewer', READER, { kind: 'viewing', unsaved: 'nothing' }],
  [
    'a viewer offline',
    { ...READER, status: 'reconnecting' },
    { kind: 'viewing', unsaved: 'nothing' },
  ],
  [
    'a viewer who had written',
    { ...READER, saving: 'kept', documentProblem: 'forbidden' },
    { kind: 'viewing', unsaved: 'kept' },
  ],
  [
    'the same without storage',
    { ...READER, saving: 'unkept', documentProblem: 'forbidden' },
    { kind: 'viewing', unsaved: 'unkept' },
  ],
  ['somebody who watches', { canEdit: false, watches: true }, { kind: 'watching' }],
  [
    'signed out, with an open stream',
    { saving: 'kept', documentProblem: 'unauthorized' },
    { kind: 'signedOut', unsaved: 'kept' },
  ],
  [
    'signed out, by a refused place',
    { roomProblem: 'unauthorized' },
    { kind: 'signedOut', unsaved: 'nothing' },
  ],
  [
    'signed out and closed',
    { ...CLOSED, saving: 'unkept', roomProblem: 'unauthorized', documentProblem: 'unauthorized' },
    { kind: 'signedOut', unsaved: 'unkept' },
  ],
  [
    'signed out while watching',
    { ...CLOSED, watches: true, roomProblem: 'unauthorized' },
    { kind: 'signedOut', unsaved: 'nothing' },
  ],
  [
    'shut out',
    { ...CLOSED, saving: 'kept', roomProblem: 'forbidden', documentProblem: 'forbidden' },
    { kind: 'shutOut', unsaved: 'kept' },
  ],
  ['never let in', { ...CLOSED, can: null, roomProblem: 'forbidden' }, { kind: 'neverIn' }],
  ['a view link', LINK, { kind: 'viewing', unsaved: 'nothing' }],
  [
    'a view link that is unsaved',
    { ...LINK, saving: 'kept' },
    { kind: 'viewing', unsaved: 'nothing' },
  ],
  [
    'a view link that ended',
    { ...LINK, ...CLOSED, roomProblem: 'forbidden' },
    { kind: 'linkEnded' },
  ],
  [
    'a dead view link',
    { ...LINK, ...CLOSED, can: null, roomProblem: 'forbidden', saving: 'kept' },
    { kind: 'linkEnded' },
  ],
  [
    'deleted',
    { ...CLOSED, roomProblem: 'document-deleted', documentProblem: 'document-deleted' },
    { kind: 'deleted', mayBegin: true },
  ],
  [
    'deleted, for a viewer',
    { ...READER, ...CLOSED, roomProblem: 'document-deleted' },
    { kind: 'deleted', mayBegin: false },
  ],
  ['deleted and begun again', { former: 'deleted' }, { kind: 'begunAgain' }],
  ['lost, and another one is there', { former: 'lost' }, { kind: 'replaced' }],
  ['lost', { documentProblem: 'document-lost', saving: 'kept' }, { kind: 'lost', unsaved: 'kept' }],
  [
    'deleted once more',
    { ...CLOSED, former: 'deleted', roomProblem: 'document-deleted' },
    { kind: 'deleted', mayBegin: true },
  ],
  ['a full room', { ...CLOSED, roomProblem: 'room-full' }, { kind: 'none' }],
  ['left', CLOSED, { kind: 'none' }],
  [
    'a full document',
    { saving: 'kept', documentProblem: 'document-full' },
    { kind: 'documentFull', unsaved: 'kept' },
  ],
  [
    'a full server',
    { saving: 'unkept', documentProblem: 'storage-full' },
    { kind: 'storageFull', unsaved: 'unkept' },
  ],
]

describe('the notice of a document', () => {
  it.each(TABLE)('[OF10] gives one reason: %s', (_, state, notice) => {
    expect(noticeOf({ ...FINE, ...state })).toEqual(notice)
  })

  it('[OF10] has a text of its own for each kind, and says what isn’t saved', () => {
    const said = new Map(
      TABLE.map(([, , notice]) => [JSON.stringify(notice), describeNotice(notice)] as const),
    )
    const texts = [...said.values()].map(({ text, rest }) => `${text} ${rest}`)
    expect(new Set(texts).size).toBe(said.size)
    for (const [notice, { text, rest }] of said) {
      const { kind, unsaved = 'nothing' } = JSON.parse(notice) as {
        readonly kind: Notice['kind']
        readonly unsaved?: string
      }
      const saysUnsaved = /isn’t saved/.test(rest)
      expect([notice, saysUnsaved]).toEqual([notice, unsaved !== 'nothing'])
      expect([notice, text === '']).toEqual([notice, kind === 'none'])
    }
  })

  it('[OF10] speaks of no rights, rooms or owners that the user can’t know', () => {
    for (const [, , notice] of TABLE) {
      const { text, rest } = describeNotice(notice)
      expect(text + rest).not.toMatch(/\b(right|room|owner|stream|forbidden)\b/)
    }
  })
})
