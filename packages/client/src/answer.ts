/**
 * What somebody on the way answered in the server's place, such as the page of a login or of a
 * hotel's network, whatever its status. It says nothing of what became of the request.
 *
 * @see PROTOCOL.md CL18
 */
export class NotAnAnswer extends Error {
  override readonly name = 'NotAnAnswer'

  /** @param to what it is none to, such as `to a location`. */
  constructor(to: string) {
    super(`something else than the server answered ${to}`)
  }
}

export function hasType(response: Response, type: string): boolean {
  const [given = ''] = (response.headers.get('content-type') ?? '').split(';', 1)
  return given.trim().toLowerCase() === type
}

/**
 * Reads an answer in JSON. That it is an object is all that is known of it then.
 *
 * @throws {NotAnAnswer} unless status, type and text are those of one
 */
export async function readJson<T extends object>(response: Response): Promise<Partial<T> & T> {
  if (response.status === 200 && hasType(response, 'application/json')) {
    const value: unknown = await response.json().catch(() => null)
    if (typeof value === 'object' && value !== null) return value as T
  }
  throw new NotAnAnswer('in JSON')
}
