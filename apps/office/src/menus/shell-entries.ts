import { BASE } from '../base.js'
import type { Content } from '../content.js'
import { nameOf } from '../language/choice.js'
import { currentLanguage, LANGUAGES, t } from '../language/language.js'
import { speakFromNowOn } from '../language/LanguageSelect.js'
import { chooseTheme, chosenTheme, THEMES } from '../looks/theme.js'
import { addressOf, newRoom, type Kind } from '../route.js'
import { type Group, type Menus, within } from './entries.js'
import { inBar, pressing } from './press.js'
import { TEXTS } from './texts.js'

/** What `shellMenus` needs beside what is on the screen. */
export interface Around {
  readonly content: Content
  readonly showShortcuts: () => void
}

/** Returns the entries that sheets and pages have alike. @see OFFICE.md OF100 */
export function shellMenus({ content, showShortcuts }: Around): Menus {
  return {
    file: [
      [
        { label: TEXTS.home, href: BASE },
        ...(['sheet', 'page'] as const).map(newDocument),
        ...renaming(),
      ],
      [
        ...pressing(inBar(t('files.button')), TEXTS.files),
        ...(content.files === undefined
          ? []
          : [{ label: TEXTS.print, keys: 'Control+P', act: content.files.print }]),
      ],
      [
        ...pressing(inBar(t('share.title')), TEXTS.share),
        ...pressing(inBar(t('document.history')), TEXTS.history),
      ],
    ],
    view: [comments(), within(TEXTS.people, people()), own(), looks()],
    help: [
      [{ label: TEXTS.shortcuts, keys: 'Control+/', act: showShortcuts }],
      [
        { label: TEXTS.doctor, href: `${BASE}doctor` },
        { label: TEXTS.licences, href: `${BASE}THIRD-PARTY-NOTICES.txt` },
      ],
    ],
  }
}

const newDocument = (kind: Kind) => ({
  label: kind === 'sheet' ? TEXTS.newSheet : TEXTS.newPage,
  href: addressOf({ kind, room: newRoom(kind) }),
})

function renaming(): Group {
  const field = document.querySelector<HTMLInputElement>('.bar .title input')
  if (field === null || field.readOnly) return []
  return [{ label: TEXTS.rename, act: () => field.select() }]
}

function comments(): Group {
  const button = document.querySelector<HTMLElement>('.comments-button')
  const isOn = button?.ariaExpanded === 'true'
  return pressing(button, button?.firstChild?.textContent ?? '', { isOn })
}

/** Those who have an avatar, and the button for the others. @see OFFICE.md PG12, SF18 */
function people(): Group {
  const buttons = [
    ...document.querySelectorAll<HTMLElement>('.avatars > :is([data-member], .more)'),
  ]
  return buttons.flatMap((button) => {
    const isOn = button.hasAttribute('data-member') ? 'followed' in button.dataset : undefined
    return pressing(button, button.ariaLabel ?? '', { isOn })
  })
}

const own = (): Group =>
  pressing(document.querySelector<HTMLElement>('.avatars > button.own'), TEXTS.person)

function looks(): Group {
  const theme = chosenTheme()
  const { code } = currentLanguage()
  return [
    ...within(
      t('looks.theme'),
      THEMES.map((each) => ({
        label: t(`looks.${each}`),
        isOn: each === theme,
        isChoice: true,
        act: () => chooseTheme(each),
      })),
    ),
    ...within(
      t('common.language'),
      LANGUAGES.map((each) => ({
        label: nameOf(each),
        isOn: each === code,
        isChoice: true,
        act: () => void speakFromNowOn(each),
      })),
    ),
  ]
}

/** Returns menus with the entries of both: those of the document come before those of `File`. */
export function together(documents: Menus, shell: Menus): Menus {
  const groups = Object.keys({ ...documents, ...shell }) as (keyof Menus)[]
  return Object.fromEntries(
    groups.map((name) => [name, [...(documents[name] ?? []), ...(shell[name] ?? [])]]),
  )
}
