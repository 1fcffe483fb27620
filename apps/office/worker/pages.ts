const PAGES = /^(?:doctor|(?:sheets|pages|inspect)\/[^/]+\/?)?$/
/** The statuses with which a proxy says that it can't reach the server. */
const GONE: ReadonlySet<number> = new Set([502, 503, 504])
const REFERENCE = /((?:src|href)=")[^"]*?(assets\/|manifest\.webmanifest)/g
// The body is no longer as it was sent.
const OF_BODY = ['Content-Encoding', 'Content-Length', 'ETag']

/** Whether the application's page is at a path below its root. */
export function isPage(path: string): boolean {
  return PAGES.test(path)
}

/** Whether a status says that something before the server can't reach it. */
export function isGone(status: number): boolean {
  return GONE.has(status)
}

/**
 * Returns the application's page as it can be shown at any of its addresses; `null` if the answer is
 * another page, such as that of a login, or one of another version.
 *
 * @param entry the script that the page starts
 * @param root the path of the application's root; ends with `/`
 */
export async function pageOf(
  response: Response,
  entry: string,
  root: string,
): Promise<Response | null> {
  const html = await response.text()
  if (!html.includes(`${entry}"`)) return null
  const headers = new Headers(response.headers)
  for (const name of OF_BODY) headers.delete(name)
  const moved = html.replaceAll(
    REFERENCE,
    (_, before: string, file: string) => before + root + file,
  )
  return new Response(moved, { headers })
}
