import { t } from './language/language.js'
import { isNamedByChance, type DocumentRoute } from './route.js'

/** Returns what an untitled document is called: its room's name, unless that is random. */
export function nameUntitled({ kind, room }: Pick<DocumentRoute, 'kind' | 'room'>): string {
  return isNamedByChance(room) ? t('common.untitled', { kind }) : room
}
