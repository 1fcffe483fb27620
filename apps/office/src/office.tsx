import { useCallback, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { sheetContent, type Content } from './content.js'
import type { RecentList } from './home/recents.js'
import { PageView } from './page/PageView.js'
import type { Identity } from './identity.js'
import type { Person } from './person.js'
import type { DocumentRoute } from './route.js'
import type { Session } from './session.js'
import type { Sheet } from './open-sheet.js'
import { SheetView } from './SheetView.js'
import { Shell } from './Shell.js'

/** Everything the page knows before its heavy parts are loaded. */
export interface OfficeProps {
  readonly session: Session
  readonly route: DocumentRoute
  readonly recents: RecentList
  readonly person: Person
  readonly identity: Identity
  /** Whether the name and color are only suggested, so that the person is asked for them. */
  readonly isNew: boolean
}

/** Shows a room's document and the bar around it. */
export function showOffice(page: HTMLElement, props: OfficeProps): void {
  createRoot(page).render(<Office {...props} />)
}

function Office(props: OfficeProps) {
  const { session, route } = props
  const [content, setContent] = useState<Content | null>(null)
  const openSheet = useCallback((sheet: Sheet) => setContent(sheetContent(sheet)), [])
  return (
    <Shell {...props} content={content}>
      {route.kind === 'sheet' ? (
        <SheetView session={session} onOpen={openSheet} />
      ) : (
        <PageView session={session} onOpen={setContent} />
      )}
    </Shell>
  )
}
