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
  const { listed, isShared, isInFolder, folders, nowMs, actions } = props
  const [isAsking, setIsAsking] = useState(false)
  const [isMoving, setIsMoving] = useState(false)
  const { kind, isOwn, isStarred, deletedFromMs } = listed
  const name = nameOf(listed)
  const isInTrash = deletedFromMs !== undefined
  const folder = isInFolder ? undefined : folders?.find(({ id }) => id === listed.folder)
  return (
    <li className="recent" data-kind={kind}>
      {ICONS[kind]}
      <a className="recent-title" href={addressOf(listed)} dir="auto">
        {name}
      </a>
      <span className="recent-about">
        {isInTrash
          ? TEXTS.deleted(kind, formatDay(deletedFromMs))
          : TEXTS.changed(kind, describeAgo(listed.updatedAtMs, nowMs))}
        {folder !== undefined && (
          <>
            {' · '}
            <bdi>{folder.name}</bdi>
          </>
        )}
      </span>
      <span className="people" />
      <span className="recent-actions">
        {isInTrash ? (
          <>
            <Action label={TEXTS.restore(name)} onClick={goneWith(() => actions.restore(listed))}>
              {ICONS.undo}
            </Action>
            <Action label={TEXTS.deleteForGood(name)} onClick={() => setIsAsking(true)}>
              {ICONS.remove}
            </Action>
          </>
        ) : (
          <Action
            label={TEXTS.star(name)}
            isPressed={isStarred}
            onClick={() => actions.star(listed, !isStarred)}
          >
            {STAR}
          </Action>
        )}
        {folders !== undefined && !isInTrash && (
          <Action label={TEXTS.move(name)} onClick={() => setIsMoving(true)}>
            {FOLDER}
          </Action>
        )}
        {isOwn && !isInTrash && (
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
      {isAsking && (
        <Question
          text={TEXTS.question(name)}
          yes={TEXTS.yes}
          onYes={goneWith(() => actions.deleteForGood(listed))}
          onNo={() => setIsAsking(false)}
        />
      )}
      {isMoving && folders !== undefined && (
        <MoveForm
          folders={folders}
          current={listed.folder}
          onMove={(target, event) => {
            const isGone = isInFolder && !isIn(listed, target)
            const move = () => {
              setIsMoving(false)
              actions.move(listed, target, isGone)
            }
            if (isGone) goneWith(move)(event)
            else move()
          }}
          onClose={() => setIsMoving(false)}
        />
      )}
    </li>
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
