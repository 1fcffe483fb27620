import { joinRoom, type JoinOptions, type Room } from '@whereabouts/client'
import { acrossTabs } from '@whereabouts/client/tabs'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'

/** What the page offers to its tests, on `window`. */
export interface TabsPage {
  /** Joins a room and opens its document. */
  open(room: string, name: string, credentials?: Credentials): void
  readonly rooms: Room[]
  /** Appends text to the first document. */
  write(text: string): void
  /** Returns the text of the first document. */
  text(): string
  /** Whether all documents are synced and saved. */
  isSaved(): boolean
}

interface Credentials {
  /** Requests have it in a header; without it, the application says that they carry cookies. */
  readonly token?: string
  /** What they are called. */
  readonly name?: string
}

declare global {
  interface Window {
    readonly tabsPage: TabsPage
  }
}

const rooms: Room[] = []
const docs: Doc[] = []
const providers: RoomProvider[] = []
const textOf = () => docs[0]!.getText('text')

function open(name: string, person: string, credentials?: Credentials): void {
  const room = joinRoom({
    room: name,
    user: { name: person },
    sharing: acrossTabs(credentials?.name === undefined ? {} : { credentials: credentials.name }),
    ...(credentials && requestsOf(credentials)),
  })
  const doc = new Doc()
  rooms.push(room)
  docs.push(doc)
  providers.push(new RoomProvider(room, doc, { offline: false }))
}

function requestsOf({ token }: Credentials): Partial<JoinOptions> {
  if (token === undefined) return { credentials: 'same-origin' }
  return { headers: () => ({ authorization: `Bearer ${token}` }) }
}

const tabsPage: TabsPage = {
  open,
  rooms,
  write: (text) => textOf().insert(textOf().length, text),
  text: () => textOf().toJSON(),
  isSaved: () => providers.every(({ synced, saved }) => synced && saved),
}
Object.assign(window, { tabsPage })
