import type { DocumentList } from '@whereabouts/client'

/** What Home can show: what this browser has opened, or one of the user's lists. */
export type View = 'recent' | DocumentList

export const VIEWS: readonly View[] = ['recent', 'own', 'shared', 'starred', 'folder', 'trash']
