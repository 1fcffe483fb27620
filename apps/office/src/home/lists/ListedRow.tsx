import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef, useState } from 'react'
import { ICONS } from '../../icons.js'
import { formatDay } from '../../language/formats.js'
import { nameUntitled } from '../../name-untitled.js'
import { addressOf } from '../../route.js'
import { describeAgo } from '../ago.js'
import type { ListFolder } from '@whereabouts/client'
import type { Listed } from './listed.js'
import { MoveForm, type Target } from './MoveForm.js'
import { useFocusWithin } from './useFocusWithin.js'
import { TEXTS } from './texts.js'

const STAR = (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
    <path d="M10 3l2.1 4.5 4.9.6-3.6 3.4 1 4.9-4.4-2.5-4.4 2.5 1-4.9L3 8.1l4.9-.6z" />
  </svg>
)
const TRASH = (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
    <path d="M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10M8.5 9v4.5M11.5 9v4.5" />
  </svg>
)

const FOLDER = (
  <svg className="icon" viewBox="0 0 20 20" aria-hidden="true">
    <path d="M3 15.5v-11h5l2 2.5h7v8.5z" />
  </svg>
)

/** What can be done with a document in a list. */
export interface ListedActions {
  readonly star: (listed: Listed, isStarred: boolean) => void
  readonly trash: (listed: Listed) => void
  readonly hide: (listed: Listed) => void
  readonly restore: (listed: Listed) => void
  readonly deleteForGood: (listed: Listed) => void
  /** @param isGone whether it leaves the list by that */
  readonly move: (listed: Listed, target: Target, isGone: boolean) => void
}

interface ListedRowProps {
  readonly listed: Listed
  readonly isShared: boolean
  /** Whether only what is in one folder is listed. */
  readonly isInFolder: boolean
  /** The user's folders; `undefined` where the server keeps none. */
  readonly folders: readonly ListFolder[] | undefined
  readonly nowMs: number
  readonly actions: ListedActions
}

/** Returns what a document is called. */
export const nameOf = (listed: Listed): string => listed.title ?? nameUntitled(listed)

/** A row of one of the user's lists. */
export function ListedRow(props: ListedRowProps) {
  const { listed, isInFolder, folders, nowMs } = props
  const [asked, setAsked] = useState<Asked>()
  const { kind, deletedFromMs } = listed
  const folder = isInFolder ? undefined : folders?.find(({ id }) => id === listed.folder)
  return (
    <li className="recent" data-kind={kind}>
      {ICONS[kind]}
      <a className="recent-title" href={addressOf(listed)} dir="auto">
        {nameOf(listed)}
      </a>
      <span className="recent-about">
        {deletedFromMs === undefined
          ? TEXTS.changed(kind, describeAgo(listed.updatedAtMs, nowMs))
          : TEXTS.deleted(kind, formatDay(deletedFromMs))}
        {folder !== undefined && (
          <>
            {' · '}
            <bdi>{folder.name}</bdi>
          </>
        )}
      </span>
      <span className="people" />
      <RowActions {...props} onAsk={setAsked} />
      <RowQuestion {...props} asked={asked} onClose={() => setAsked(undefined)} />
    </li>
  )
}

/** What is asked before something is done. */
type Asked = 'delete' | 'move'

/** The buttons of a row. */
function RowActions(props: ListedRowProps & { readonly onAsk: (asked: Asked) => void }) {
  const { listed, isShared, folders, actions, onAsk } = props
  const { isOwn, isStarred, deletedFromMs } = listed
  const name = nameOf(listed)
  if (deletedFromMs !== undefined) {
    return (
      <span className="recent-actions">
        <Action label={TEXTS.restore(name)} onClick={goneWith(() => actions.restore(listed))}>
          {ICONS.undo}
        </Action>
        <Action label={TEXTS.deleteForGood(name)} onClick={() => onAsk('delete')}>
          {ICONS.remove}
        </Action>
      </span>
    )
  }
  return (
    <span className="recent-actions">
      <Action
        label={TEXTS.star(name)}
        isPressed={isStarred}
        onClick={() => actions.star(listed, !isStarred)}
      >
        {STAR}
      </Action>
      {folders !== undefined && (
        <Action label={TEXTS.move(name)} onClick={() => onAsk('move')}>
          {FOLDER}
        </Action>
      )}
      {isOwn && (
        <Action label={TEXTS.trash(name)} onClick={goneWith(() => actions.trash(listed))}>
          {TRASH}
        </Action>
      )}
      {isShared && (
        <Action label={TEXTS.hide(name)} onClick={goneWith(() => actions.hide(listed))}>
          {ICONS.remove}
        </Action>
      )}
    </span>
  )
}

interface RowQuestionProps extends ListedRowProps {
  readonly asked: Asked | undefined
  readonly onClose: () => void
}

function RowQuestion({ listed, isInFolder, folders, actions, asked, onClose }: RowQuestionProps) {
  if (asked === undefined) return null
  if (asked === 'delete') {
    return (
      <Question
        text={TEXTS.question(nameOf(listed))}
        yes={TEXTS.yes}
        onYes={goneWith(() => actions.deleteForGood(listed))}
        onNo={onClose}
      />
    )
  }
  return (
    <MoveForm
      folders={folders ?? []}
      current={listed.folder}
      onMove={(target, event) => {
        const isGone = isInFolder && !isIn(listed, target)
        const move = () => {
          onClose()
          actions.move(listed, target, isGone)
        }
        if (isGone) goneWith(move)(event)
        else move()
      }}
      onClose={onClose}
    />
  )
}

interface QuestionProps {
  readonly text: string
  /** What agrees to it. */
  readonly yes: string
  readonly onYes: (event: MouseEvent<HTMLElement>) => void
  readonly onNo: () => void
}

/** Asks before a document or a folder goes for good. */
export function Question({ text: asked, yes, onYes, onNo }: QuestionProps) {
  const no = useRef<HTMLButtonElement>(null)
  const text = useId()
  const onKey = ({ key }: KeyboardEvent) => void (key === 'Escape' && onNo())
  useFocusWithin(no)
  return (
    <div className="list-question" role="alertdialog" aria-labelledby={text}>
      <span id={text}>{asked}</span>
      <button type="button" className="plain list-danger" onClick={onYes} onKeyDown={onKey}>
        {yes}
      </button>
      <button type="button" className="plain" ref={no} onClick={onNo} onKeyDown={onKey}>
        {TEXTS.no}
      </button>
    </div>
  )
}

function isIn({ folder }: Listed, target: Target): boolean {
  return target !== undefined && 'id' in target && target.id === folder
}

/** Does what makes a row go, and moves the focus from it to the next one, or to the search. */
function goneWith(act: () => void): (event: { readonly currentTarget: HTMLElement }) => void {
  return ({ currentTarget }) => {
    const row = currentTarget.closest('li')
    const next = row?.nextElementSibling ?? row?.previousElementSibling
    const field = row?.closest('section')?.querySelector('input')
    ;(next?.querySelector('a') ?? field)?.focus()
    act()
  }
}

interface ActionProps {
  readonly label: string
  /** Of a button that stays pressed. */
  readonly isPressed?: boolean
  readonly onClick: (event: MouseEvent<HTMLElement>) => void
  readonly children: ReactNode
}

export function Action({ label, isPressed, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      className="tool"
      title={label}
      aria-label={label}
      aria-pressed={isPressed}
      onClick={onClick}
    >
      {children}
    </button>
  )
}
