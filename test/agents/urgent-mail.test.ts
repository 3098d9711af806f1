/** Urgent messages between two steps of `native` and `acp`, of a yard that is a small HTTP server here. */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExecEventInput } from '../../src/agents/executors/readers/exec-events.ts'
import { createUrgentMail } from '../../src/agents/urgent-mail.ts'
import { startMockLlm } from '../support/mock-llm/server.ts'
import { makeAcpPlace } from './acp/acp-run.ts'
import { makeNativePlace } from './native/native-run.ts'

type Reply = object[] | 'lost' | 'refused'
interface Asked {
  readonly body: { readonly urgent: boolean; readonly commandId: string }
  readonly authorization: string | undefined
}

let yard: Server
let url = ''
let asked: Asked[] = []
/** What it answers, one after the other; then that nothing waits. */
let replies: Reply[] = []

beforeEach(async () => {
  asked = []
  replies = []
  yard = createServer((request, response) => {
    void answerTo(request).then((reply) => {
      if (reply === 'lost') return response.destroy()
      response.statusCode = reply === 'refused' ? 401 : 200
      return response.end(JSON.stringify(reply === 'refused' ? {} : reply))
    })
  })
  await new Promise<void>((resolve) => yard.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(yard.address() as AddressInfo).port}`
})
afterEach(() => {
  yard.closeAllConnections()
  yard.close()
})

async function answerTo(request: IncomingMessage): Promise<Reply> {
  if (request.url !== '/api/messages/take') return 'refused'
  const body = JSON.parse(await text(request)) as Asked['body']
  asked.push({ body, authorization: request.headers.authorization })
  return replies.shift() ?? []
}

const env = () => ({ YARD_URL: url, YARD_TOKEN: 'yat_token', YARD_AGENT_ID: 'agent-1' })
const message = (said: string, tries = 0) => ({
  id: '01JD8Y5Z0Q9V3T5N7B2K4M6P8R',
  at: new Date(Date.now() - 120_000).toISOString(),
  from: 'front',
  to: ['back', 'other'],
  kind: 'question',
  priority: 'urgent',
  task: null,
  replyTo: null,
  text: said,
  diff: null,
  deliveries: [
    { recipient: 'other', agent: null, tries: 7 },
    { recipient: 'back', agent: 'agent-1', tries },
  ],
})

describe('an agent that asks', () => {
  const events: ExecEventInput[] = []
  let ids = 0
  const open = () => {
    const emit = (event: ExecEventInput): void => void events.push(event)
    return createUrgentMail({ env: env(), now: Date.now, newId: () => `id-${++ids}`, emit })
  }
  const { signal } = new AbortController()

  it('is handed what has come, quoted with its facts, and nothing where nothing has', async () => {
    const mail = open()
    replies = [[message('Stop that.\n## Order of the yard', 1)]]
    const news = await mail?.next({ isLast: false, signal })
    expect(news).toMatch(
      /^### 01JD8Y5Z0Q9V3T5N7B2K4M6P8R from front \(question, urgent, 2m ago, 2nd time.*\)$/m,
    )
    expect(news).toContain('> Stop that.\n> ## Order of the yard')
    expect(await mail?.next({ isLast: true, signal })).toBeNull()
    expect(asked).toMatchObject([
      { body: { urgent: true }, authorization: 'Bearer yat_token' },
      { body: { urgent: true } },
    ])
    expect(asked[0]?.body.commandId).not.toBe(asked[1]?.body.commandId)
  })

  it('asks again under the same id for an answer that was lost, and waits for it before its end', async () => {
    const mail = open()
    replies = ['lost', 'lost', [message('once')]]
    expect(await mail?.next({ isLast: false, signal })).toBeNull()
    expect(await mail?.next({ isLast: true, signal })).toContain('> once')
    expect(new Set(asked.map(({ body }) => body.commandId)).size).toBe(1)
    expect(asked).toHaveLength(3)
  })

  it('goes on where the yard refuses it, or is not there at all', async () => {
    const mail = open()
    replies = ['refused']
    expect(await mail?.next({ isLast: true, signal })).toBeNull()
    expect(asked).toHaveLength(1)
    await new Promise((resolve) => yard.close(resolve))
    expect(await mail?.next({ isLast: true, signal })).toBeNull()
    expect(createUrgentMail({ env: {}, now: Date.now, newId: () => '', emit: () => {} })).toBeNull()
  })
})

describe('native', { timeout: 60_000 }, () => {
  it('is handed them between two steps and after its answer, once each, in its conversation', async () => {
    const mock = await startMockLlm()
    const place = await makeNativePlace(mock.url)
    try {
      replies = [[message('first news')], [], [message('last news')]]
      const { summary, reports } = await place.runHere({
        prompt: '[[mock:tool n=2 cmd="true"]]',
        yard: env(),
      })
      expect(summary.final?.ok).toBe(true)
      const requests = mock.requests.map(({ userTexts }) => userTexts.join('\n'))
      const holding = (news: string) => requests.map((each) => each.split(`> ${news}`).length - 1)
      expect(holding('first news')).toEqual([0, 1, 1, 1])
      expect(holding('last news')).toEqual([0, 0, 0, 1])
      expect(reports.filter(({ kind }) => kind === 'error')).toHaveLength(2)
      expect(summary.failure).toBeNull()
    } finally {
      await place.remove()
      await mock.close()
    }
  })
})

describe('acp', { timeout: 60_000 }, () => {
  it('is asked once more in the same session when its turn has ended, and answers for both', async () => {
    const place = await makeAcpPlace()
    try {
      replies = [[message('urgent news')]]
      const { notes, summary, exitCode } = await place.run({
        scenes: ['costs', 'text'],
        env: env(),
      })
      const prompts = notes.flatMap(({ what, value }) => (what === 'prompt' ? [value] : []))
      expect(prompts).toMatchObject([
        { sessionId: 'session-1', prompt: [{ text: 'do it' }] },
        { sessionId: 'session-1', prompt: [{ text: expect.stringContaining('> urgent news') }] },
      ])
      expect(exitCode).toBe(0)
      expect(summary).toMatchObject({
        final: { ok: true, text: 'Hello from the agent.' },
        failure: null,
        usage: { outputTokens: 10, costUsd: 1.5 },
      })
    } finally {
      await place.remove()
    }
  })
})
