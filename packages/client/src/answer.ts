/**
 * Checks that the server answered, and not a login page or a hotel's network in its place. If
 * something else answered, nothing is known of the request, whatever the status.
 *
 * @param type what the answer's `Content-Type` begins with
 * @throws {Error} if something else answered
 * @see PROTOCOL.md CL18, CL35
 */
export function checkAnswer({ status, headers }: Response, type: string): void {
  if (status !== 200 || !headers.get('content-type')?.startsWith(type)) {
    throw new Error('unexpected answer')
  }
}

/** Reads a JSON answer. @throws {Error} if something else answered @see PROTOCOL.md CL18 */
export function readAnswer<T>(response: Response): Promise<T> {
  checkAnswer(response, 'application/json')
  return response.json() as Promise<T>
}
