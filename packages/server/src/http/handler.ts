import type { IncomingMessage, ServerResponse } from 'node:http'
import { shuttingDown } from '../document/documents.js'
import type { CallsMount } from '../options.js'
import type { Service } from '../service.js'
import { Call } from './call.js'
import { JsonAnswers } from './json-answers.js'
import { type Address, isArticle, isInRoom, isStreams, readAddress } from './routes.js'
import { sendError } from './send-error.js'

/** Takes Node's own requests, without a framework. @see PROTOCOL.md HT18 */
export class Handler {
  readonly #mount: string
  readonly #json = new JsonAnswers((call, error) => this.#failed(call, error))
  #underWay = 0
  #isClosed = false
  #allAnswered: (() => void) | undefined

  /** @param mount with its defaults filled in */
  constructor(
    private readonly service: Service,
    private readonly mount: Required<CallsMount>,
  ) {
    this.#mount = mount.path === '' ? '' : `/${mount.path}`
  }

  /** Returns the address of a call, or `undefined` if the target isn't mounted here. */
  addressOf(target: string): Address | undefined {
    const address = readAddress(target)
    if (address === undefined || address.mount !== this.#mount) return undefined
    if (isInRoom(address)) return address
    return this.#serves(address) ? address : undefined
  }

  #serves(address: Address): boolean {
    const { article, streams, operations } = this.mount
    if (isArticle(address)) return article
    return isStreams(address) ? streams : operations
  }

  /** Answers a call. Resolves with `true`, never throws: failures become answers. */
  async serve(request: IncomingMessage, response: ServerResponse, address: Address): Promise<true> {
    const call = new Call(request, response, undefined, this.#json.write)
    this.#underWay += 1
    try {
      if (this.#isClosed) throw shuttingDown()
      await this.service.answer(call, address)
    } catch (error) {
      this.#failed(call, error)
    } finally {
      this.#underWay -= 1
      if (this.#underWay === 0) this.#allAnswered?.()
    }
    return true
  }

  /** Refuses every new call. Resolves when the calls under way are answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#underWay === 0) return
    await new Promise<void>((resolve) => {
      this.#allAnswered = resolve
    })
  }

  #failed(call: Call, error: unknown): void {
    sendError(call, error, this.service.log)
  }
}
