import type { InspectorTexts } from '@whereabouts/client/react-inspector'

/** What the page of an inspector says, and the inspector in it. */
export interface InspectTexts {
  readonly title: (room: string) => string
  readonly connecting: string
  readonly refused: string
  readonly inspector: InspectorTexts
}
