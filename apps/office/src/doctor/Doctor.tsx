import { type Diagnosis, examine, reportOf } from '@whereabouts/client/doctor'
import { useEffect, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { BASE } from '../base.js'
import { copyAll } from '../copy-all.js'
import { t } from '../language/language.js'

const LONG_MS = 120_000

/** Shows what the network between this browser and the server does. @see PROTOCOL.md DR14 */
export function showDoctor(page: HTMLElement): void {
  createRoot(page).render(<Doctor />)
}

/** A look that somebody asked for. */
interface Look {
  /** Without it, a quick one. */
  readonly longMs?: number
}

/** What the page has to show. */
type Visit =
  | { readonly kind: 'looking'; readonly look: Look }
  | { readonly kind: 'examined'; readonly look: Look; readonly diagnosis: Diagnosis }
  | { readonly kind: 'failed'; readonly look: Look; readonly reason: string }

function Doctor() {
  const { visit, look } = useVisit()
  const [said, say] = useState('')
  const text = useRef<HTMLTextAreaElement>(null)
  const copy = async () =>
    say(t((await copyAll(text.current!)) ? 'common.copied' : 'common.pressToCopy'))
  const isLooking = visit.kind === 'looking'
  const report = visit.kind === 'examined' ? reportOf(visit.diagnosis) : ''

  return (
    <>
      <header className="bar">
        <h1>
          <a className="brand" href={BASE}>
            whereabouts
          </a>
        </h1>
      </header>
      <main className="home doctor">
        <h2>{t('doctor.about')}</h2>
        <output className="state">{statusOf(visit)}</output>
        {report !== '' && (
          <textarea
            ref={text}
            readOnly
            aria-label={t('doctor.report')}
            lang="en"
            dir="ltr"
            rows={report.split('\n').length}
            value={report}
          />
        )}
        <div className="actions">
          <output>{said}</output>
          <button type="button" disabled={isLooking} onClick={() => look({ longMs: LONG_MS })}>
            {t('doctor.watch')}
          </button>
          <button type="button" disabled={isLooking} onClick={() => look({})}>
            {t('doctor.again')}
          </button>
          <button
            type="button"
            className="primary"
            disabled={report === ''}
            onClick={() => void copy()}
          >
            {t('common.copy')}
          </button>
        </div>
      </main>
    </>
  )
}

/** Looks as soon as the page is there, and again when it is asked to. */
function useVisit() {
  const [look, setLook] = useState<Look>({})
  const [ended, setEnded] = useState<Visit>()
  useEffect(() => {
    examine({ url: new URL(BASE, location.href), ...look }).then(
      (diagnosis) => setEnded({ kind: 'examined', look, diagnosis }),
      (error: unknown) => setEnded({ kind: 'failed', look, reason: String(error) }),
    )
  }, [look])
  const visit: Visit = ended?.look === look ? ended : { kind: 'looking', look }
  return { visit, look: setLook }
}

function statusOf(visit: Visit): string {
  switch (visit.kind) {
    case 'looking':
      return t(visit.look.longMs === undefined ? 'doctor.looking' : 'doctor.lookingLong')
    case 'failed':
      return t('doctor.failed', { reason: visit.reason })
    case 'examined':
      return t(`doctor.${visit.diagnosis.state}`)
  }
}
