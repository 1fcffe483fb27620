import { Problem } from '@whereabouts/protocol'
import { RareWarning } from './access/rare-warning.js'
import { ExchangeLost, type Notices } from './exchange/exchange.js'
import type { Log } from './log.js'
import { type Notice, readNotice, type Received } from './notice.js'
import type { Readers } from './readers.js'

const MISSED: Received = { kind: 'notice', notice: { revalidate: {} } }
const UNREADABLE =
  'a message of another node could not be read, so readers were asked about again, or ended; run one version of the server on all nodes'

/**
 * Has every node ask about its readers again, end some of them, or tell them something.
 *
 * @see PROTOCOL.md AC20, AC23, AC31
 */
export class NodeNotices {
  readonly #warning: RareWarning
  #unreadable = 0

  /** @param exchange omitted if there are no other nodes */
  constructor(
    private readonly readers: Pick<
      Readers,
      'revalidate' | 'disconnect' | 'endSession' | 'endAll' | 'whisper'
    >,
    private readonly exchange: Notices | undefined,
    log: Log,
  ) {
    this.#warning = new RareWarning(log, UNREADABLE)
    exchange?.onTold((text) => this.#hear(text))
  }

  /** How many messages of other nodes couldn't be read. @see PROTOCOL.md AC32 */
  get unreadable(): number {
    return this.#unreadable
  }

  /**
   * Applies a notice to the readers of all nodes, here first.
   *
   * @throws {Problem} exchange-busy, if other nodes couldn't be told
   * @see PROTOCOL.md AC28
   */
  async tell(notice: Notice): Promise<void> {
    this.#heed(notice)
    try {
      await this.exchange?.tell(JSON.stringify(notice))
    } catch (error) {
      if (!(error instanceof ExchangeLost)) throw error
      throw new Problem(
        'exchange-busy',
        'The other servers could not be told. Try again in a moment.',
      )
    }
  }

  /** @param text `undefined` after a time in which notices may have been missed. @see PROTOCOL.md AC22, AC32 */
  #hear(text: string | undefined): void {
    const received = text === undefined ? MISSED : readNotice(text)
    if (received.kind === 'notice') return this.#heed(received.notice)
    this.#unreadable += 1
    this.#warning.warn()
    if (received.kind === 'unreadable end') this.readers.endAll(received.roomName)
    this.#heed({ revalidate: {} })
  }

  #heed(notice: Notice): void {
    if (notice.revalidate !== undefined) this.readers.revalidate(notice.revalidate)
    if (notice.disconnect !== undefined) this.readers.disconnect(notice.disconnect)
    if (notice.endSession !== undefined) this.readers.endSession(notice.endSession.session)
    if (notice.whisper !== undefined) this.readers.whisper(notice.whisper)
  }
}
