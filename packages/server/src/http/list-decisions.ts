import type { IncomingMessage } from 'node:http'
import type { Asker, Permissions } from '../access/permissions.js'
import { Gate } from '../exchange/gate.js'

/** How many questions of one account are asked at a time. */
const AT_A_TIME = 8
/** The parameters of the call that say which documents are listed. @see PROTOCOL.md HM1, HM4 */
const OWN = ['list', 'folder', 'text', 'limit', 'after']

/** What one account asks about at the moment. */
interface Asking {
  readonly gate: Gate
  /** The questions that aren't answered yet. */
  readonly answers: Map<string, Promise<boolean | undefined>>
}

/**
 * Asks what may be in a list: a few questions of an account at a time, so that a long list leaves the
 * application and the store to others. Home reads several lists at once, in which the same documents are: what is
 * asked already is not asked twice.
 *
 * @see PROTOCOL.md HM14
 */
export class ListDecisions {
  readonly #accounts = new Map<string, Asking>()

  constructor(private readonly permissions: Pick<Permissions, 'mayWatch' | 'asOf'>) {}

  /**
   * Returns whether a caller may watch a document; `undefined` if the application doesn't say.
   *
   * @throws {Problem} store-failed
   */
  async mayWatch(asker: Asker): Promise<boolean | undefined> {
    const asking = this.#accounts.get(asker.account) ?? newAsking()
    this.#accounts.set(asker.account, asking)
    const question = this.#questionOf(asker)
    const known = asking.answers.get(question)
    if (known !== undefined) return known
    const answer = asking.gate.pass(() => this.permissions.mayWatch(asker))
    asking.answers.set(question, answer)
    try {
      return await answer
    } finally {
      asking.answers.delete(question)
      if (asking.answers.size === 0) this.#accounts.delete(asker.account)
    }
  }

  /** Names a question and its equals: those of the same caller, by the same login, since the last change. */
  #questionOf({ request, roomName }: Asker): string {
    return JSON.stringify([roomName, this.permissions.asOf, request.headers, loginIn(request)])
  }
}

/** Returns what an application may read a login from in an address, which is all but what a list is asked for. */
function loginIn({ url = '' }: IncomingMessage): string {
  const query = new URLSearchParams(url.split('?')[1])
  for (const own of OWN) query.delete(own)
  return query.toString()
}

function newAsking(): Asking {
  return { gate: new Gate(AT_A_TIME), answers: new Map() }
}
