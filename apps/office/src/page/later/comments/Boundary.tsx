import { Component, type ReactNode } from 'react'
import { t } from '../../../language/language.js'

interface BoundaryProps {
  readonly children: ReactNode
}

/** Lets the page go on without its comments if they fail, and says so. @see OFFICE.md PG98 */
export class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override readonly state = { hasFailed: false }

  static getDerivedStateFromError = () => ({ hasFailed: true })

  override componentDidCatch(error: unknown): void {
    reportError(error)
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    return (
      <p className="state-note" role="alert" data-kind="comments">
        {t('page.commentsFailed')} <a href={location.href}>{t('common.tryAgain')}</a>
      </p>
    )
  }
}
