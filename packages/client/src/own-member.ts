import { equalJson, type Json, type Moved, type Problem } from '@whereabouts/protocol'
import { Backoff } from './backoff.js'
import { Mover } from './mover.js'
import type { UserOptions } from './options.js'
import type { RoomView } from './view.js'

// Without a stream the member is posted again when this share of its lease is over.
const POSTS_IN_A_LEASE = 4

/** Who is told how the own member fares. */
export interface OwnMemberListener {
  /** The server knows it under this id. */
  joined(self: string): void
  /** A location or a user was not accepted, and is dropped. */
  refused(problem: Problem): void
  /** Nothing is left to post. */
  settled(): void
}

/** The member that this client is: its user, where it wants to be, and the posts that say so. */
export class OwnMember {
  readonly #listener: OwnMemberListener
  readonly #here: () => Json
  readonly #mover: Mover
  #user: UserOptions
  #acceptedUser: UserOptions
  /** `undefined` for wherever it is. */
  #wanted: Json | undefined
  #movedTo: string | null = null
  #doubtful = false

  /** @param here where the room says that the member is. */
  constructor(
    user: UserOptions,
    post: (location: Json) => Promise<Moved>,
    here: () => Json,
    listener: OwnMemberListener,
  ) {
    this.#user = user
    this.#acceptedUser = user
    this.#here = here
    this.#listener = listener
    this.#mover = new Mover(
      async (location) => {
        const posted = this.#user
        const moved = await post(location)
        this.#acceptedUser = posted
        return moved
      },
      {
        moved: ({ self, id }) => {
          this.#movedTo = id
          listener.joined(self)
        },
        refused: (problem, location) => this.#refused(problem, location),
        idle: () => listener.settled(),
      },
      new Backoff(),
    )
  }

  get user(): UserOptions {
    return this.#user
  }

  move(location: Json): void {
    if (this.#wanted !== undefined && equalJson(this.#wanted, location)) return
    this.#wanted = location
    this.#mover.move(location)
  }

  setUser(user: UserOptions): void {
    this.#user = { ...this.#user, ...user }
    this.post()
  }

  /** Posts the location, also if the server should know it. */
  post(): void {
    this.#mover.move(this.#wanted === undefined ? this.#here() : this.#wanted)
  }

  /** Posts the location if the last post is so old that the lease is in danger. */
  stay(leaseMs: number): void {
    const dueAtMs = this.#mover.movedAtMs + leaseMs / POSTS_IN_A_LEASE
    if (!this.#mover.busy && Date.now() >= dueAtMs) this.post()
  }

  /** The room's history may have been lost, and the location with it. */
  doubt(): void {
    this.#doubtful = true
  }

  /** Where there is doubt, posts the location again if the room has another. @see PROTOCOL.md CL6 */
  reconcile(view: RoomView, self: string | null): void {
    if (!this.#doubtful || self === null || this.#mover.busy) return
    this.#doubtful = false
    const isOnItsWay = this.#movedTo !== null && view.ahead(this.#movedTo) > 0
    if (this.#wanted === undefined || isOnItsWay) return
    const own = view.state.members.get(self)
    if (own === undefined || !equalJson(own.location, this.#wanted)) this.post()
  }

  /** Tries now if a post is waiting to be tried again. */
  hurry(): void {
    this.#mover.hurry()
  }

  /** Posts nothing more; resolves when no post is in flight. */
  stop(): Promise<void> {
    return this.#mover.stop()
  }

  #refused(problem: Problem, location: Json): void {
    const isAboutUser = problem.problem === 'bad-name' || problem.problem === 'bad-color'
    if (isAboutUser && this.#user !== this.#acceptedUser) {
      this.#user = this.#acceptedUser
      this.post()
    } else if (this.#wanted !== undefined && equalJson(this.#wanted, location)) {
      this.#wanted = undefined
    }
    this.#listener.refused(problem)
  }
}
