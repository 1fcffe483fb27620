/** What the doctor posts: a number, and text that something on the way may change. */
export interface Numbered {
  /** The look that it belongs to. */
  readonly doctor: string
  readonly n: number
  readonly text: string
}

/** Letters of two, three and four bytes, and what filters of pages look for. */
const DELICATE = 'é–🙂 "<b>" & ann@example.com '
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Makes the n-th location of a look, with a text of some length. */
export function numbered(doctor: string, n: number, length: number): Numbered {
  let state = n + 1
  // Repeats nothing, so that compression on the way doesn't make it much smaller.
  const letters = Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647
    return LETTERS[state % LETTERS.length]
  })
  return { doctor, n, text: DELICATE + letters.join('') }
}

/** Returns whether the data of an event has a location of this look that isn't as it was posted. */
export function isBroken(data: string, doctor: string): boolean {
  try {
    return locationsIn(JSON.parse(data)).some((each) => each.doctor === doctor && !isWhole(each))
  } catch {
    return true
  }
}

function isWhole({ doctor, n, text }: Partial<Numbered>): boolean {
  if (doctor === undefined || n === undefined || text === undefined) return false
  return numbered(doctor, n, text.length - DELICATE.length).text === text
}

/** Finds the locations in a snapshot or a patch. */
function locationsIn(data: unknown): readonly Partial<Numbered>[] {
  const {
    members = [],
    join = [],
    move = {},
  } = Object(data) as {
    readonly members?: readonly { readonly location: unknown }[]
    readonly join?: readonly { readonly location: unknown }[]
    readonly move?: { readonly [id: string]: unknown }
  }
  const joined = [...members, ...join].map(({ location }) => location)
  return [...joined, ...Object.values(move)].map((each) => Object(each) as Partial<Numbered>)
}
