import { TEXTS } from '@whereabouts/client/react-inspector'
import type { InspectTexts } from '../texts.js'

export const texts: InspectTexts = {
  title: (room) => `Inspector of ${room}`,
  connecting: 'Connecting…',
  refused:
    'Only those who may manage this document can inspect it. Recordings can be played back here all the same.',
  inspector: TEXTS,
}
