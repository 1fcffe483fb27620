import { LocaleType, Univer } from '@univerjs/core'
import { FUniver } from '@univerjs/core/facade'
import { UniverSheetsCorePreset } from '@univerjs/preset-sheets-core'
import enUS from '@univerjs/preset-sheets-core/locales/en-US'
import '@univerjs/preset-sheets-core/lib/index.css'
import { bindWorkbook, sharedPreset } from '@whereabouts/univer'
import { Doc } from 'yjs'
import { BroadcastRoom, shareByBroadcast } from './broadcast.js'

// The same as `createUniver({ presets })` of @univerjs/presets.
const univer = new Univer({ locale: LocaleType.EN_US, locales: { [LocaleType.EN_US]: enUS } })
univer.registerPlugins(sharedPreset(UniverSheetsCorePreset({ container: 'grid' })).plugins)

const doc = new Doc()
await shareByBroadcast(doc, 'budget')
const name = new URLSearchParams(location.search).get('name') ?? 'Guest'
const room = new BroadcastRoom('budget', { name, color: '#0f766e' })
const shared = await bindWorkbook({
  univerAPI: FUniver.newAPI(univer),
  doc,
  room,
  onNotice: (text) => console.warn(text),
  onGivenBack: ({ reason, text }) => console.warn(reason, text),
})

// For the console: shared.snapshot(), shared.differences().
Object.assign(globalThis, { shared })
