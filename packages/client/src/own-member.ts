import { equalJson, type Json, type Moved, type Problem } from '@whereabouts/protocol'
import { Mover } from './mover.js'
import type { UserOptions } from './options.js'
import type { RoomView } from './view.js'

// They concern the caller, and not what it posted.
const CALLER_STATUSES = new Set([401, 403])
// Without a stream, the member is posted again after this share of its lease.
const POSTS_IN_A_LEASE = 4

/** Receives what comes of the own member's posts. */
export interface OwnMemberListener {
  /** The server knows the member under this id. */
  joined(self: string): void
  /** A location or a user was refused, and is dropped. */
  refused(problem: Problem): void
  /** Nothing is left to post. */
  settled(): void
}

/**
 * The member that this client is: its user, its location, and the posts that announce both.
 *
 *     a move or a new user   post both
 *     refused                drop the user, back to the last accepted one, or else the location;
 *                            one whose caller is refused is kept
 *     muted                  post nothing, and know what is owed
 *     no longer muted        post what is owed, or else the last location
 *     a snapshot, or the first change of a stream
 *                            doubt that the server still knows the location
 *     in doubt and idle      compare with the room; post again if it shows another location and
 *                            has got as far as the last post
 *
 * @see PROTOCOL.md CL3, CL6, CL11, CL52, CL54
 */
export class OwnMember {
  readonly #listener: OwnMemberListener
  readonly #here: () => Json
  readonly #mover: Mover
  #user: UserOptions
  #acceptedUser: UserOptions
  /** `undefined` while it stays wherever the room shows it. */
  #wanted: Json | undefined
  /** The position of the last post that was answered; empty before the first. */
  #movedTo = ''
  #isDoubted = false
  #isMuted = false
  /** Whether something was to be posted while it was muted. */
  #isOwed = false

  /** @param here returns the location that the room shows for the member. */
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
    const postAsUser = async (location: Json) => {
      const posted = this.#user
      const moved = await post(location)
      this.#acceptedUser = posted
      return moved
    }
    this.#mover = new Mover(postAsUser, {
      moved: ({ self, id }) => {
        this.#movedTo = id
        listener.joined(self)
      },
      refused: (problem, location) => this.#refused(problem, location),
      idle: () => listener.settled(),
    })
  }

  get user(): UserOptions {
    return this.#user
  }

  /** Whether the last move counts: it was made, and not refused. */
  get hasMoved(): boolean {
    return this.#wanted !== undefined
  }

  move(location: Json): void {
    if (this.#wants(location)) return
    this.#wanted = location
    this.post()
  }

  setUser(user: UserOptions): void {
    this.#user = { ...this.#user, ...user }
    this.post()
  }

  /** Posts the location, even if the server should know it. */
  post(): void {
    this.#isOwed = this.#isMuted
    if (!this.#isMuted) this.#mover.move(this.#wanted === undefined ? this.#here() : this.#wanted)
  }

  /** Sets whether the server takes no posts of this member. */
  mute(isMuted: boolean): void {
    const wasMuted = this.#isMuted
    this.#isMuted = isMuted
    if (wasMuted && !isMuted && (this.#isOwed || this.#wanted !== undefined)) this.post()
  }

  /** Posts the location again if the last post is so old that the lease is in danger. */
  renew(leaseMs: number): void {
    const dueAtMs = this.#mover.movedAtMs + leaseMs / POSTS_IN_A_LEASE
    if (!this.#mover.busy && Date.now() >= dueAtMs) this.post()
  }

  /** Makes the next `reconcile` compare: the room's history may be lost, and the location with it. */
  doubt(): void {
    this.#isDoubted = true
  }

  /** Posts a doubted location again if the room shows another. @see PROTOCOL.md CL6 */
  reconcile(view: RoomView, self: string | null): void {
    if (!this.#isDoubted || self === null || this.#mover.busy) return
    this.#isDoubted = false
    const isOnItsWay = view.ahead(this.#movedTo) > 0
    if (this.#wanted === undefined || isOnItsWay) return
    const own = view.state.members.get(self)
    if (own === undefined || !this.#wants(own.location)) this.post()
  }

  /** Ends a wait before the next post. */
  hurry(): void {
    this.#mover.hurry()
  }

  /** Posts nothing more; resolves when no post is in flight. */
  stop(): Promise<void> {
    return this.#mover.stop()
  }

  #wants(location: Json): boolean {
    return this.#wanted !== undefined && equalJson(this.#wanted, location)
  }

  #refused(problem: Problem, location: Json): void {
    // It comes late, after the word that nothing may be posted.
    if (problem.problem === 'forbidden' && this.#isMuted) return
    const isAboutUser = problem.problem === 'bad-name' || problem.problem === 'bad-color'
    if (isAboutUser && this.#user !== this.#acceptedUser) {
      this.#user = this.#acceptedUser
      this.post()
    } else if (this.#wants(location) && !CALLER_STATUSES.has(problem.status)) {
      this.#wanted = undefined
    }
    this.#listener.refused(problem)
  }
}
