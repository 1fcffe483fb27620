/**
 * Others stored something before an update, and only a check of it against the document as it is stored tells whether
 * it may follow.
 *
 * @see PROTOCOL.md EX17
 */
export class Overtaken extends Error {
  constructor() {
    super('the document has other updates now')
  }
}
