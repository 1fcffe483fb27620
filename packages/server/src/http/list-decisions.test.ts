import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import type { Asker } from '../access/permissions.js'
import { ListDecisions } from './list-decisions.js'

/** An application that answers when it is told to. */
class Application {
  asOf = 0
  readonly waiting: { readonly room: string; readonly answer: (may: boolean) => void }[] = []

  mayWatch({ roomName }: Asker): Promise<boolean> {
    return new Promise((answer) => this.waiting.push({ room: roomName, answer }))
  }

  /** Answers all that it is asked, and returns the names. */
  async answerAll(): Promise<string[]> {
    const answered: string[] = []
    for (; this.waiting.length > 0; await Promise.resolve()) {
      const { room, answer } = this.waiting.shift()!
      answered.push(room)
      answer(true)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
    return answered
  }
}

function asker(
  roomName: string,
  account: string,
  headers: NodeJS.Dict<string> = { authorization: account },
  url = '/rooms/mine',
): Asker {
  const request = new IncomingMessage(new Socket())
  Object.assign(request.headers, headers)
  request.url = url
  return { request, user: undefined, roomName, account }
}

const ROOMS = Array.from({ length: 20 }, (_, index) => `room-${index}`)

it('[HM14] asks eight questions of an account at a time', async () => {
  const application = new Application()
  const decisions = new ListDecisions(application)
  const ask = (account: string) =>
    Promise.all(ROOMS.map((room) => decisions.mayWatch(asker(room, account))))
  const [adas, bobs] = [ask('ada'), ask('bob')]
  expect(application.waiting).toHaveLength(16)
  expect(await application.answerAll()).toHaveLength(2 * ROOMS.length)
  expect(await adas).toEqual(ROOMS.map(() => true))
  expect(await bobs).toEqual(ROOMS.map(() => true))
})

it('[HM14] asks what equals a question once, until it is answered', async () => {
  const application = new Application()
  const decisions = new ListDecisions(application)
  const lists = [1, 2].map(() =>
    Promise.all(ROOMS.map((room) => decisions.mayWatch(asker(room, 'ada')))),
  )
  expect(await application.answerAll()).toEqual(ROOMS)
  await Promise.all(lists)
  const again = [asker('room-1', 'ada'), asker('room-1', 'ada')]
  const answers = again.map((each) => decisions.mayWatch(each))
  application.asOf += 1
  answers.push(decisions.mayWatch(asker('room-1', 'ada')))
  expect(await application.answerAll()).toEqual(['room-1', 'room-1'])
  await Promise.all(answers)
})

it('[HM14] asks again by another login, wherever the application reads it from', async () => {
  const application = new Application()
  const decisions = new ListDecisions(application)
  const asked = [
    asker('room-1', 'ada', { authorization: 'one' }),
    asker('room-1', 'ada', { authorization: 'another' }),
    asker('room-1', 'ada', { 'x-session': 'one' }),
    asker('room-1', 'ada', {}, '/rooms/mine?token=one&list=own'),
    asker('room-1', 'ada', {}, '/rooms/mine?token=another&list=own'),
    asker(
      'room-1',
      'ada',
      {},
      '/rooms/mine?list=starred&token=one&limit=9&text=a&after=b&folder=c',
    ),
  ]
  const answers = asked.map((each) => decisions.mayWatch(each))
  expect(await application.answerAll()).toHaveLength(5)
  await Promise.all(answers)
})
