import { Problem } from '@whereabouts/client'
import type { Reported } from '../language/problems.js'
import type { Answer, Question } from './room-titles.js'
import { lookUpTitle, renameDocument } from './title-calls.js'

addEventListener('message', ({ data }: MessageEvent<Question>) => {
  void answer(data).then((answered) => postMessage(answered))
})

async function answer(question: Question): Promise<Answer> {
  const { id, room } = question
  try {
    if ('since' in question) return { id, lookedUp: await lookUpTitle(room, question.since) }
    await renameDocument(room, question.rename)
    return { id, lookedUp: null }
  } catch (error) {
    return { id, failed: reportedBy(error) }
  }
}

function reportedBy(error: unknown): Reported | null {
  return error instanceof Problem ? { problem: error.problem, detail: error.detail } : null
}
