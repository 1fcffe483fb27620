/**
 * Makes sure that the server answered, and nothing in its place, such as the page of a login or of a
 * hotel's network. That says nothing of what became of the request, whatever its status.
 *
 * @throws {Error} if something else answered
 * @see PROTOCOL.md CL18, CL35
 */
export function checkAnswer({ status, headers }: Response, type: string): void {
  if (status !== 200 || !`${headers.get('content-type')}`.startsWith(type)) {
    throw new Error('unexpected answer')
  }
}

/** Reads an answer in JSON. @throws {Error} if something else answered */
export function readAnswer<T>(response: Response): Promise<T> {
  checkAnswer(response, 'application/json')
  return response.json() as Promise<T>
}
