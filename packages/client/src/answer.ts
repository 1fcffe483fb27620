import type { Problem } from '@whereabouts/protocol'

/**
 * Something else than the server answered: a login page, a hotel's network, a proxy, or a guard of the
 * application. Nothing is known of the request, whatever the status.
 */
export class ForeignAnswer extends Error {
  /** @param problem the problem nearest to it, if it is a refusal */
  constructor(
    message = 'unexpected answer',
    readonly problem?: Problem,
  ) {
    super(message)
  }
}

/**
 * Checks that the server answered.
 *
 * @param type what the answer's `Content-Type` begins with
 * @throws {ForeignAnswer} if something else answered
 * @see PROTOCOL.md CL18, CL35
 */
export function checkAnswer({ status, headers }: Response, type: string): void {
  if (status !== 200 || !headers.get('content-type')?.startsWith(type)) throw new ForeignAnswer()
}

/** Reads a JSON answer. @throws {ForeignAnswer} if something else answered @see PROTOCOL.md CL18 */
export function readAnswer<T>(response: Response): Promise<T> {
  checkAnswer(response, 'application/json')
  return response.json() as Promise<T>
}
