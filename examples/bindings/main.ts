import { joinRoom } from '@whereabouts/client'
import { RoomProvider } from '@whereabouts/client/yjs'
import { Doc } from 'yjs'
import type { Open, Shared } from './shared.js'

const editors = import.meta.glob<{ readonly open: Open }>('./editors/*.{ts,tsx}')
const names = Object.keys(editors).map((path) => /(\w+)\.tsx?$/.exec(path)![1]!)

const asked = new URLSearchParams(location.search)
const editor = asked.get('editor') ?? 'codemirror'
const user = { name: asked.get('name') ?? 'Guest', color: asked.get('color') ?? '#2563eb' }
const url = asked.get('server') ?? 'http://localhost:3000'

for (const name of names) {
  const link = Object.assign(document.createElement('a'), { href: `?editor=${name}` })
  link.append(name)
  document.querySelector('#editors')!.append(link, ' ')
}

const room = joinRoom({ url, room: asked.get('room') ?? editor, user })
const provider = new RoomProvider(room, new Doc(), { connect: false })
const load = editors[`./editors/${editor}.ts`] ?? editors[`./editors/${editor}.tsx`]!
const { open } = await load()

const element = document.querySelector<HTMLElement>('#editor')!
const show = () => open(element, { doc: provider.doc, provider, user } satisfies Shared)
let close = show()
// Another document replaces this one: bind the editor to it.
provider.on('reload', () => {
  close()
  close = show()
})
Object.assign(globalThis, { provider })
