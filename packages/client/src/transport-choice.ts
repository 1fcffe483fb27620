import {
  type Attempted,
  hasReached,
  hasShown,
  hasToProve,
  isBetter,
  isOpen,
  isStream,
  liveOf,
  silentAtMs,
  type Standing,
  type Way,
  WAYS,
} from './attempted.js'
import { backoffMs, FIRST_BACKOFF_MS } from './backoff.js'
import type { Choice, ChoiceEvent, Expected, Heard, Moment } from './choice.js'
import { confirmAgain, confirmNow, planConfirmation, setPace } from './confirming.js'
import { cutsAfter, isAtFault, isLastTurn, missedAfter, pollAfter, type Why } from './failure.js'
import { arrive, askAfter, comesInLumps, NO_ARRIVALS } from './lumps.js'
import {
  checkMs,
  firstEventMs,
  isLate,
  pollAnswerMs,
  READ_FIRST_MS,
  secondMs,
  slowest,
} from './patience.js'

/** How long nothing may come before the long-poll is opened beside the stream. */
const POLL_AFTER_MS = 1_500
const HEARTBEATS_BEFORE_SILENCE = 2.5
/** How long after the server's answer to a post a stream may take to show as much. */
const SHOWN_MS = 1_000
/** How long it may take to show what is known to be news for it. */
const NEWS_MS = 500
/** How often a way has to ping, or to be as fast as another one, before it is proven; less if it failed less. */
const MOST_PROOFS = 10
/** A way that failed while the server was there isn't tried for so long, and twice as long each time. */
const PENALTY_MS = 10_000
const LONGEST_PENALTY_MS = 300_000
/** The failures of a way that has worked for so long are forgotten. */
const FORGIVEN_MS = 300_000

/**
 * Chooses what is open, by what each way delivers:
 *
 *     nothing open      open the best way that isn't held against, then each other way in turn; after
 *                       1.5 s, or if it isn't answered, the long-poll beside it
 *     a post answered   a stream that doesn't show it in time: ask the server whether there is news
 *     frames in lumps   ask the server whether there is news before the next lump
 *     news not shown    the stream is held back: close it
 *     closed, silent, cut or answered by something else while the server was there
 *                       hold it against the way, for a time that doubles; the next way has its turn
 *     that time over    try the way beside the worse one, which ends when the better one is proven
 *     woken             ask the server whether there is news; with no answer, and nothing heard meanwhile,
 *                       open everything again after a random wait
 *     busy or asleep    read what has arrived meanwhile, before anything is judged
 *     live for a while  confirm that the client is there; without an answer, as if woken
 *
 * Pure: what is to be opened and closed is the difference between two choices.
 *
 * @see PROTOCOL.md CL9, CL90 to CL95, CL98, CL128
 */
export function choose(before: Choice, event: ChoiceEvent, moment: Moment): Choice {
  const heeded = heed(readFirst(before, moment), event, moment)
  const isJudged = heeded.judgedFromMs <= moment.nowMs
  const judged = isJudged ? judge(bury(heeded, moment), moment) : heeded
  return confirmInTime(openWanted(openWanted(closeNeedless(judged), moment), moment), moment)
}

/** Returns when to choose again if nothing happens before; `Infinity` if never. */
export function nextChoiceMs(choice: Choice, nowMs: number): number {
  if (!choice.isRunning) return Infinity
  const { attempts, expected, check, notBeforeMs, pollAtMs, confirmAtMs, standings } = choice
  const times = [
    ...attempts.map(silentAtMs),
    ...Object.values(standings).map((each) => each.notBeforeMs),
    ...[expected?.atMs, check?.untilMs].map((ms) => ms ?? Infinity),
    notBeforeMs,
    pollAtMs,
    confirmAtMs,
    choice.judgedFromMs,
    choice.askAtMs,
  ]
  return Math.min(...times.filter((ms) => ms > nowMs))
}

function heed(choice: Choice, event: ChoiceEvent, moment: Moment): Choice {
  const { nowMs } = moment
  switch (event.kind) {
    case 'started':
      return { ...choice, isRunning: true, notBeforeMs: nowMs }
    case 'stopped':
      return { ...closeAll(choice, nowMs), isRunning: false }
    case 'reopened':
      return closeAll(choice, nowMs)
    case 'renewed':
      return renew(choice, moment)
    case 'heard':
    case 'ended':
      return heedAttempt(choice, event, moment)
    case 'posted':
      return heedAnswer(choice, event, moment)
    case 'unconfirmed':
      return confirmAgain(choice, nowMs)
    case 'paced':
      return setPace(choice, event.everyMs, nowMs)
    case 'checked':
      return heedCheck(choice, event, moment)
    case 'unanswered':
      return askForNews(choice, nowMs)
    case 'woken':
      return wake(choice, nowMs)
    case 'tick':
      return choice
  }
}

function wake(choice: Choice, nowMs: number): Choice {
  const forgiven = { ...forgive(choice, nowMs), notBeforeMs: nowMs, failures: 0 }
  // What isn't live may wait for a network that is no longer there. CL92
  if (liveOf(choice) === undefined) return closeAll(forgiven, nowMs)
  return askForNews(confirmNow(forgiven, nowMs), nowMs)
}

function heedAttempt(
  choice: Choice,
  event: Extract<ChoiceEvent, { readonly id: number }>,
  moment: Moment,
): Choice {
  const attempt = choice.attempts.find(({ id }) => id === event.id)
  if (attempt === undefined) return choice
  return event.kind === 'heard'
    ? hear(choice, attempt, event.heard, moment)
    : fail(choice, attempt, event.why, moment)
}

function heedAnswer(
  choice: Choice,
  { position, confirms }: Extract<ChoiceEvent, { readonly kind: 'posted' }>,
  moment: Moment,
): Choice {
  const confirmed = confirms ? planConfirmation(choice, moment) : choice
  return expectShown({ ...confirmed, answeredAtMs: moment.nowMs }, position, SHOWN_MS, moment)
}

function heedCheck(
  choice: Choice,
  { position }: Extract<ChoiceEvent, { readonly kind: 'checked' }>,
  { nowMs }: Moment,
): Choice {
  const { check } = choice
  if (check === null) return choice
  const expected = position === null ? null : { position, atMs: nowMs + NEWS_MS, isNews: true }
  const tookMs = slowest(nowMs - check.askedAtMs, choice.tookMs)
  return { ...choice, answeredAtMs: nowMs, tookMs, check: null, expected }
}

/** A question got no answer, or one of something else than the server. @see PROTOCOL.md CL91, CL92 */
function giveUp(
  choice: Choice,
  { askedAtMs, sinceMs }: NonNullable<Choice['check']>,
  { nowMs, random }: Moment,
): Choice {
  const isHeard = choice.attempts.some((each) => isOpen(each) && each.heardAtMs > askedAtMs)
  if (isHeard || choice.answeredAtMs >= sinceMs) return { ...choice, check: null }
  const { failures } = choice
  const notBeforeMs = nowMs + backoffMs(failures, FIRST_BACKOFF_MS, random)
  const tookMs = slowest(nowMs - askedAtMs, choice.tookMs)
  return { ...closeAll(choice, nowMs), failures: failures + 1, notBeforeMs, tookMs }
}

/** After the page was busy or asleep, its deadlines have passed, and answers wait that it hasn't read. */
function readFirst(choice: Choice, { nowMs, lateMs = 0 }: Moment): Choice {
  if (!isLate(lateMs, nowMs - choice.judgedFromMs)) return choice
  return { ...choice, judgedFromMs: nowMs + READ_FIRST_MS }
}

/** Expects a position to be shown by every stream, if nothing else is expected. */
function expectShown(
  choice: Choice,
  position: string,
  withinMs: number,
  { nowMs }: Moment,
): Choice {
  if (choice.expected !== null) return choice
  return { ...choice, expected: { position, atMs: nowMs + withinMs, isNews: false } }
}

function hear(choice: Choice, attempt: Attempted, heard: Heard, moment: Moment): Choice {
  const { nowMs, random } = moment
  const standing = choice.standings[attempt.way]
  const after = { ...attempt, heardAtMs: nowMs, isBegun: heard.kind !== 'hello' }
  switch (heard.kind) {
    case 'hello': {
      const tookMs = nowMs - attempt.openedAtMs
      const silenceMs = silenceOf(attempt.way, heard.heartbeatMs, tookMs)
      const isProven = !hasToProve(choice, attempt)
      const { position } = heard
      const opened = { ...after, phase: 'open', silenceMs, isProven, position } as const
      const others = { ...waitForOthers(choice, tookMs, nowMs), missed: [] }
      const live = { ...put(others, opened), pollAtMs: Infinity }
      // The request of a stream is a confirmation, too.
      if (attempt.way !== 'long-poll') return planConfirmation(live, moment)
      // The streams beside it don't count any more. CL100
      return choice.attempts.length > 1 ? confirmNow(live, nowMs) : live
    }
    case 'frame': {
      const shown = { ...after, ...arrive(attempt, nowMs), position: heard.position }
      if (!comesInLumps(attempt, nowMs)) return show(choice, shown, nowMs)
      const doubted = { ...choice, askAtMs: askAfter(nowMs) }
      return show(doubted, { ...shown, doubtedAtMs: nowMs }, nowMs)
    }
    case 'ping': {
      // It says that the client missed nothing. CL101
      if (!attempt.isBegun) return put(choice, after)
      const isForgiven = nowMs - attempt.openedAtMs >= FORGIVEN_MS
      const failures = isForgiven ? 0 : standing.failures
      const told = put(choice, withProof(choice, { ...after, hasPinged: true }, 1))
      return { ...stand(told, attempt.way, { ...standing, failures, cuts: 0 }), failures: 0 }
    }
    case 'goodbye': {
      const firstBackoffMs = heard.reconnectInMs
      const notBeforeMs = nowMs + random * firstBackoffMs
      const left = put(choice, { ...after, phase: 'leaving' })
      return { ...left, failures: 1, firstBackoffMs, notBeforeMs }
    }
    case 'retry':
      return { ...put(choice, after), firstBackoffMs: heard.ms }
    case 'other':
      return put(choice, after)
  }
}

/** A client that isn't live doesn't confirm that it is there: its next stream does. */
function confirmInTime(choice: Choice, moment: Moment): Choice {
  const { isRunning, confirmAtMs, confirmations } = choice
  if (!isRunning || confirmAtMs > moment.nowMs || liveOf(choice) === undefined) return choice
  return { ...planConfirmation(choice, moment), confirmations: confirmations + 1 }
}

function silenceOf(way: Way, heartbeatMs: number, tookMs: number): number {
  // A long-poll's heartbeat is the time after which it is answered at the latest.
  if (way === 'long-poll') return heartbeatMs + pollAnswerMs(tookMs)
  return heartbeatMs * HEARTBEATS_BEFORE_SILENCE
}

/** Where one way was slow, the others may be as slow. @see PROTOCOL.md CL90 */
function waitForOthers(choice: Choice, tookMs: number, nowMs: number): Choice {
  const attempts = choice.attempts.map((each) => {
    if (each.phase !== 'opening') return each
    const silenceMs = nowMs + secondMs(tookMs) - each.heardAtMs
    return { ...each, silenceMs: Math.max(each.silenceMs, silenceMs) }
  })
  return { ...choice, attempts, tookMs: slowest(tookMs, choice.tookMs) }
}

/** An attempt has brought the room to a position: others should show as much soon. */
function show(choice: Choice, attempt: Attempted, nowMs: number): Choice {
  const position = attempt.position!
  const news = { position, atMs: nowMs + NEWS_MS, isNews: true }
  const hadIt = (each: Attempted) =>
    isStream(each) && each.id !== attempt.id && hasShown(each, news)
  const isInTime = choice.expected !== null && hasReached(position, choice.expected.position)
  const attempts = choice.attempts.map((each) => {
    if (each.id === attempt.id) return withProof(choice, attempt, isInTime ? 1 : 0)
    return hadIt(each) ? withProof(choice, each, 1) : each
  })
  const lacks = (expected: Expected) =>
    attempts.some((each) => isStream(each) && !hasShown(each, expected))
  const pending = choice.expected ?? news
  return { ...choice, attempts, expected: lacks(pending) ? pending : null }
}

/** A way is proven that keeps up until its first ping, and longer the more often it failed before. */
function withProof(choice: Choice, attempt: Attempted, count: number): Attempted {
  const proofs = attempt.proofs + count
  const { failures } = choice.standings[attempt.way]
  const isProven = attempt.hasPinged && proofs >= Math.min(MOST_PROOFS, 1 + failures)
  return { ...attempt, proofs, isProven: attempt.isProven || isProven }
}

/** Attempts that were silent for too long have failed. */
function bury(choice: Choice, moment: Moment): Choice {
  return choice.attempts
    .filter((each) => silentAtMs(each) <= moment.nowMs)
    .reduce((rest, attempt) => fail(rest, attempt, 'silent', moment), choice)
}

/** Judges the streams by what they should have shown by now. */
function judge(choice: Choice, moment: Moment): Choice {
  const { check, expected } = choice
  const { nowMs } = moment
  if (check !== null && check.untilMs <= nowMs) return giveUp(choice, check, moment)
  // Without an answer it changes nothing. CL128
  if (choice.askAtMs <= nowMs) return askForNews({ ...choice, askAtMs: Infinity }, nowMs, -Infinity)
  if (expected === null || expected.atMs > nowMs) return choice
  const late = choice.attempts.filter((each) => isStream(each) && !hasShown(each, expected))
  const settled = { ...choice, expected: null }
  if (late.length === 0) return settled
  // The server was there when it answered the post.
  if (!expected.isNews) return askForNews(settled, nowMs, choice.answeredAtMs)
  return late.reduce((rest, attempt) => fail(rest, attempt, 'held', moment), settled as Choice)
}

/**
 * Being behind is proved by asking: a part's view, and one without the document, skip positions.
 *
 * @param sinceMs an answer to a post since then shows that the server is there, whatever becomes of the question
 */
function askForNews(choice: Choice, nowMs: number, sinceMs = nowMs): Choice {
  if (liveOf(choice) === undefined || choice.check !== null) return choice
  const untilMs = nowMs + checkMs(choice.tookMs)
  return { ...choice, check: { askedAtMs: nowMs, sinceMs, untilMs } }
}

/** Drops an attempt that failed, and says when the next ones may be made. */
function fail(choice: Choice, attempt: Attempted, why: Why, moment: Moment): Choice {
  const { nowMs, random } = moment
  const { way } = attempt
  const attempts = choice.attempts.filter(({ id }) => id !== attempt.id)
  const missed = missedAfter({ ...choice, attempts }, attempt)
  const rest = { ...choice, attempts, missed }
  // What follows a goodbye was decided when it came.
  if (attempt.phase === 'leaving') return rest
  const known = { ...rest, standing: choice.standings[way] }
  if (isAtFault(known, attempt, why)) return blame({ ...rest, pollAtMs: nowMs }, way, moment)
  const { failures, firstBackoffMs } = choice
  const notBeforeMs = nowMs + backoffMs(failures, firstBackoffMs, random)
  const cuts = cutsAfter(known.standing, attempt, why)
  const counted = stand(rest, way, { ...known.standing, cuts })
  // Only this way waits if there is another.
  if (liveOf(rest) !== undefined || (way === 'long-poll' && attempts.length > 0)) {
    const standing = { ...counted.standings[way], notBeforeMs }
    return { ...stand(counted, way, standing), failures: failures + 1 }
  }
  // The stream failed before, and how long both wait was decided then.
  if (way === 'long-poll' && choice.notBeforeMs > nowMs) return { ...counted, pollAtMs: Infinity }
  const pollAtMs = pollAfter(attempt, why, nowMs, notBeforeMs)
  return { ...counted, failures: failures + 1, notBeforeMs, pollAtMs }
}

/** Holds a failure against a way. */
function blame(choice: Choice, way: Way, { nowMs, random }: Moment): Choice {
  const { failures } = choice.standings[way]
  const penaltyMs = Math.min(LONGEST_PENALTY_MS, PENALTY_MS * 2 ** failures)
  const notBeforeMs = nowMs + penaltyMs * (0.75 + random / 2)
  return stand(choice, way, { failures: failures + 1, cuts: 0, notBeforeMs })
}

/** Opens the next stream soon, and lets the present one go then. @see PROTOCOL.md CL95 */
function renew(choice: Choice, { nowMs, random }: Moment): Choice {
  if (liveOf(choice) === undefined) return closeAll(choice, nowMs)
  const attempts = choice.attempts
    .filter(({ phase }) => phase !== 'opening')
    .map((each) => ({ ...each, phase: 'leaving' as const }))
  return { ...choice, attempts, notBeforeMs: nowMs + random * FIRST_BACKOFF_MS }
}

function closeAll(choice: Choice, nowMs: number): Choice {
  const nothing = { expected: null, check: null, askAtMs: Infinity }
  const closed = { attempts: [], ...nothing, pollAtMs: Infinity }
  return { ...choice, ...closed, notBeforeMs: nowMs }
}

/** Closes what the live attempt makes needless. @see PROTOCOL.md CL17 */
function closeNeedless(choice: Choice): Choice {
  const live = liveOf(choice)
  if (live === undefined || live.phase === 'leaving') return choice
  const isNeeded = (each: Attempted) =>
    each === live || (each.phase !== 'leaving' && (isBetter(each.way, live.way) || !live.isProven))
  return { ...choice, attempts: choice.attempts.filter(isNeeded) }
}

/** Opens one attempt that is wanted now, if there is one. */
function openWanted(choice: Choice, { nowMs }: Moment): Choice {
  if (!choice.isRunning) return choice
  const live = liveOf(choice)
  const lasting = choice.attempts.filter(({ phase }) => phase !== 'leaving')
  const mayTry = (way: Way) => choice.standings[way].notBeforeMs <= nowMs
  const best = live === undefined ? turnOf(choice, mayTry) : WAYS.find(mayTry)
  const isTrying = lasting.some((each) => each !== live && each.way !== 'long-poll')
  const isWanted = best !== undefined && lasting.every(({ way }) => isBetter(best, way))
  const isTurn = choice.notBeforeMs <= nowMs || isLastTurn(choice)
  if (isWanted && !isTrying && isTurn) return open(choice, best, nowMs)
  const isServed = live?.isProven === true || lasting.some(({ way }) => way === 'long-poll')
  const isTime = live !== undefined || choice.pollAtMs <= nowMs
  return !isServed && isTime && mayTry('long-poll') ? open(choice, 'long-poll', nowMs) : choice
}

/** While nothing is open every way has its turn, so that the only one that works is found. @see PROTOCOL.md CL98 */
function turnOf({ attempts, missed }: Choice, mayTry: (way: Way) => boolean): Way | undefined {
  const closed = WAYS.filter((way) => attempts.every((each) => each.way !== way))
  const left = missed.includes('long-poll') ? closed.filter((way) => !missed.includes(way)) : []
  return left.find(mayTry) ?? left[0] ?? closed.find(mayTry)
}

function open(choice: Choice, way: Way, nowMs: number): Choice {
  const attempt: Attempted = {
    id: choice.nextId,
    way,
    openedAtMs: nowMs,
    phase: 'opening',
    heardAtMs: nowMs,
    silenceMs: firstEventMs(choice.failures, choice.tookMs),
    hasPinged: false,
    isBegun: false,
    proofs: 0,
    isProven: false,
    position: null,
    ...NO_ARRIVALS,
  }
  const isOnline = liveOf(choice) !== undefined
  const pollAtMs = isOnline ? Infinity : Math.min(choice.pollAtMs, nowMs + POLL_AFTER_MS)
  return { ...put(choice, attempt), nextId: choice.nextId + 1, pollAtMs }
}

/** Lets every way be tried now. */
function forgive(choice: Choice, nowMs: number): Choice {
  return WAYS.reduce((after, way) => {
    const { notBeforeMs, ...standing } = after.standings[way]
    return stand(after, way, { ...standing, notBeforeMs: Math.min(notBeforeMs, nowMs) })
  }, choice)
}

function put(choice: Choice, attempt: Attempted): Choice {
  const others = choice.attempts.filter(({ id }) => id !== attempt.id)
  return { ...choice, attempts: [...others, attempt] }
}

function stand(choice: Choice, way: Way, standing: Standing): Choice {
  return { ...choice, standings: { ...choice.standings, [way]: standing } }
}
