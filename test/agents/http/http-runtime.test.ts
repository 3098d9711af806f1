import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createHttpRuntime,
  type HttpRuntimeOptions,
} from '../../../src/agents/http/http-runtime.ts'
import { silentLog } from '../../../src/base/log.ts'
import type { Agent } from '../../../src/domain/agent.ts'
import { judge } from '../../../src/domain/completion.ts'
import { VERDICTS } from '../../../src/domain/failure.ts'
import type { LaunchOrder, Runtime, RuntimeReport } from '../../../src/domain/executor.ts'
import type { Profile } from '../../../src/domain/settings.ts'
import { messageAt } from '../../support/mail.ts'
import { createManualClock, START_AT, type ManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'
import { openService, type ServiceUnderTest } from './service-under-test.ts'

let root: string
let service: ServiceUnderTest
let clock: ManualClock
let isLiving: boolean
let isPaused: boolean
const open: Runtime[] = []

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'yard-http-'))
  mkdirSync(join(root, 'agents'))
  service = await openService()
  clock = createManualClock()
  isLiving = true
  isPaused = false
})
afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.close()
  await service.close()
  rmSync(root, { recursive: true, force: true })
})

type Ended = Extract<RuntimeReport, { kind: 'ended' }>

function start(more: Partial<HttpRuntimeOptions> = {}) {
  const reports: RuntimeReport[] = []
  const waiting: { kind: string; done: (report: RuntimeReport) => void }[] = []
  const runtime = createHttpRuntime({
    root,
    agents: join(root, 'agents'),
    clock,
    log: silentLog,
    env: {},
    sends: true,
    callbackOf: () => ({ token: 'yat_token', api: 'http://127.0.0.1:9/api' }),
    isLiving: () => isLiving,
    isPaused: () => isPaused,
    random: () => 0,
    ...more,
  })
  open.push(runtime)
  runtime.onReport((_id, _generation, one) => {
    reports.push(one)
    for (const { kind, done } of waiting) if (kind === one.kind) done(one)
  })
  const next = (kind: RuntimeReport['kind']): Promise<RuntimeReport> =>
    new Promise((done) => {
      const known = reports.find((one) => one.kind === kind)
      if (known) done(known)
      else waiting.push({ kind, done })
    })
  return {
    runtime,
    reports,
    heard: () => next('heard'),
    ended: async () => (await next('ended')) as Ended,
  }
}

const orderTo = (url: string | null, profile: Partial<Profile> = {}): LaunchOrder =>
  launchOrder('http', { profile: { url, ...profile } })

const verdictOf = ({ evidence }: Ended) => judge(evidence, null, 'http')

describe('a task sent to a service', () => {
  it('is a documented JSON payload under one key, and no secret is written down', async () => {
    const { runtime, heard } = start({ env: { DEPLOY_KEY: 'very-secret' } })
    const headers = { 'X-Api-Key': { from: 'DEPLOY_KEY' }, 'X-Team': 'ops' }
    runtime.launch(orderTo(`${service.origin}/work?queue=1`, { method: 'PUT', headers }))
    await heard()
    const [sent] = service.sent
    expect(sent).toMatchObject({ method: 'PUT', path: '/work?queue=1' })
    expect(sent?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'build.1.agent-7',
      'x-api-key': 'very-secret',
      'x-team': 'ops',
    })
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({
      task: { id: 'build', title: 'Build the thing', description: 'Make it so.' },
      agent: 'agent-7',
      generation: 1,
      token: 'yat_token',
      callback: 'http://127.0.0.1:9/api/task/build',
      heartbeat: 'http://127.0.0.1:9/api/agent/agent-7/heartbeat',
    })
    const record = readFileSync(join(root, 'agents/agent-7/launch.json'), 'utf8')
    expect(record).toContain('X-Api-Key')
    expect(record).not.toContain('very-secret')
    expect(record).not.toContain('yat_token')
  })

  it('has the messages that its agent took', async () => {
    const { runtime, heard } = start()
    const { id, from, kind, priority, task, replyTo, text, diff } = messageAt(
      START_AT,
      'Look at it',
    )
    const taken = { id, at: START_AT, from, kind, priority, task, replyTo, text, diff, repeats: 1 }
    runtime.launch({ ...orderTo(service.origin), messages: [taken] })
    await heard()
    expect(JSON.parse(service.sent[0]?.body ?? '')).toMatchObject({
      messages: [
        { id, at: new Date(START_AT).toISOString(), from, text: 'Look at it', repeats: 1 },
      ],
    })
  })

  it('is done by an answer that says so, with its artifacts', async () => {
    const { runtime, ended } = start()
    service.answer = (response) =>
      response.end(JSON.stringify({ status: 'done', artifacts: { score: 3 }, text: 'All well.' }))
    runtime.launch(orderTo(service.origin))
    const end = await ended()
    expect(verdictOf(end).outcome).toBe('done')
    expect(end.artifacts).toEqual([
      { kind: 'json', value: { score: 3 } },
      { kind: 'text', name: 'Answer', text: 'All well.' },
    ])
    expect(runtime.isHolding(end.evidence && orderTo('').agent.id)).toBe(false)
  })

  it.each([
    ['says that it failed', 200, '{"status":"failed","reason":"no disk"}', ['reported', 'no disk']],
    ['is refused', 404, 'no such queue', ['exit', 'it answered 404']],
    ['is redirected elsewhere', 302, '', ['exit', 'it answered 302']],
    ['lies about what it did', 200, '{"status":"done","artifacts":7}', ['exit', 'cannot be read']],
  ] as const)('fails when it %s', async (_name, status, body, [failureClass, words]) => {
    const { runtime, ended } = start()
    service.answer = (response) =>
      response.writeHead(status, { location: 'http://127.0.0.2:1/' }).end(body)
    runtime.launch(orderTo(service.origin))
    const verdict = verdictOf(await ended())
    expect(verdict.failure?.class).toBe(failureClass)
    expect(verdict.failure?.reason).toContain(words)
    expect(service.sent).toHaveLength(1)
  })

  it('is sent to another path of the same service, and not in a cycle', async () => {
    const { runtime, heard } = start()
    service.answer = (response, { path }) =>
      path === '/new'
        ? response.writeHead(202).end()
        : response.writeHead(308, { location: '/new' }).end()
    runtime.launch(orderTo(`${service.origin}/old`))
    await heard()
    expect(service.sent.map(({ path }) => path)).toEqual(['/old', '/new'])
    expect(service.sent[1]?.body).toBe(service.sent[0]?.body)
    service.answer = (response) => response.writeHead(307, { location: '/old' }).end()
    const again = start()
    again.runtime.launch(orderTo(`${service.origin}/old`))
    expect(verdictOf(await again.ended()).failure?.reason).toContain('cycle')
  })

  it('is given up when the answer has no end in sight', async () => {
    const { runtime, ended } = start()
    service.answer = (response) => {
      response.writeHead(200)
      for (let piece = 0; piece < 40; piece += 1) response.write('x'.repeat(65_536))
    }
    runtime.launch(orderTo(service.origin))
    expect(verdictOf(await ended()).failure?.reason).toContain('longer than 1 MB')
  })

  it('names the variable of a header that is not set, and sends nothing', async () => {
    const { runtime, ended } = start()
    runtime.launch(orderTo(service.origin, { headers: { authorization: { from: 'NO_SUCH_KEY' } } }))
    const verdict = verdictOf(await ended())
    expect(verdict.failure).toMatchObject({ class: 'auth' })
    expect(verdict.failure?.reason).toContain('NO_SUCH_KEY')
    expect(service.sent).toEqual([])
  })

  it('does not follow a name to where clouds keep credentials', async () => {
    const { runtime, ended } = start({
      send: async (wish, signal) => {
        const { sendRequest } = await import('../../../src/agents/http/request.ts')
        return sendRequest(wish, signal, (_host, _options, done) =>
          done(null, [{ address: '169.254.169.254', family: 4 }]),
        )
      },
    })
    runtime.launch(orderTo('http://metadata.example/latest'))
    expect(verdictOf(await ended()).failure?.reason).toContain('169.254.169.254')
  })
})

describe('a service that is unwell', () => {
  it('is asked again under the same key, later each time, as long as it asks for', async () => {
    const { runtime, heard } = start()
    service.answer = (response) => response.writeHead(503, { 'retry-after': '30' }).end()
    runtime.launch(orderTo(service.origin))
    await service.received(1)
    await expect.poll(() => clock.nextInMs()).toBe(30_000)
    service.answer = (response) => response.writeHead(500).end()
    clock.advance(30_000)
    await service.received(2)
    await expect.poll(() => clock.nextInMs()).toBe(1000)
    service.answer = (response) => response.writeHead(202).end()
    clock.advance(1000)
    await heard()
    expect(new Set(service.sent.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set(['build.1.agent-7']),
    )
  })

  it('is asked again when nobody listens', async () => {
    const { runtime, reports } = start()
    const { origin } = service
    await service.close()
    runtime.launch(orderTo(origin))
    await expect.poll(() => clock.nextInMs()).toBe(500)
    expect(reports.map(({ kind }) => kind)).toEqual(['started', 'unreachable'])
    expect(runtime.facts(orderTo('').agent.id)?.doing).toContain('the connection was refused')
    service = await openService()
  })
})

describe('a service that does not take its task', () => {
  const MINUTE = 60_000
  /** Lets the runtime wait for so long, from timer to timer; each answer is let in before the next step. */
  const pass = async (ms: number): Promise<void> => {
    const end = clock.monotonic() + ms
    while (clock.monotonic() < end) {
      await expect.poll(() => clock.nextInMs()).not.toBeNull()
      clock.advance(Math.min(clock.nextInMs() ?? 0, end - clock.monotonic()))
      await Promise.resolve()
    }
  }

  it.each([
    ['answers 503', () => {}, 'it answered 503'],
    ['refuses the connection', () => service.close(), 'the connection was refused'],
  ] as const)(
    'is given up after ten minutes where it %s, which counts as a try',
    async (_name, stop, why) => {
      const { runtime, ended, reports } = start({ random: () => 1 })
      const { origin } = service
      service.answer = (response) => response.writeHead(503).end()
      await stop()
      runtime.launch(orderTo(origin))
      await pass(9 * MINUTE)
      expect(reports.map(({ kind }) => kind)).toEqual(['started', 'unreachable'])
      expect(reports.at(-1)).toMatchObject({
        reason: `the service of task build does not take it (${why}); it is asked again for 10m (executors.http.give_up)`,
      })
      await pass(MINUTE)
      const { failure, isFree } = verdictOf(await ended())
      expect(failure?.class).toBe('unreachable')
      expect(failure?.reason).toContain(`its service did not take it within 10m: ${why} (asked`)
      expect([isFree, VERDICTS.unreachable]).toEqual([false, 'retry'])
      if (why.includes('refused')) service = await openService()
    },
  )

  it('is asked for as long as its profile says, and time while the yard is paused does not count', async () => {
    const { runtime, ended, reports } = start()
    service.answer = (response) => response.writeHead(500).end()
    runtime.launch(orderTo(service.origin, { giveUpMs: 4000 }))
    await service.received(1)
    await expect.poll(() => clock.nextInMs()).toBe(500)
    isPaused = true
    await pass(10_000)
    expect(reports.some(({ kind }) => kind === 'ended')).toBe(false)
    isPaused = false
    clock.advance(1000)
    await service.received(2)
    await expect.poll(() => clock.nextInMs()).toBe(1000)
    await pass(3500)
    expect(verdictOf(await ended()).failure?.reason).toContain('within 4s')
  })

  it('is asked once more before it is given up, where this process stood still meanwhile', async () => {
    const { runtime, heard, reports } = start()
    service.answer = (response) => response.writeHead(503).end()
    runtime.launch(orderTo(service.origin))
    await service.received(1)
    await expect.poll(() => clock.nextInMs()).toBe(500)
    service.answer = (response) => response.writeHead(202).end()
    clock.stall(11 * MINUTE)
    clock.advance(1)
    await heard()
    expect(reports.map(({ kind }) => kind)).not.toContain('ended')
  })

  it('is told no more once it is taken', async () => {
    const { runtime, heard, reports } = start()
    service.answer = (response) => response.writeHead(503).end()
    runtime.launch(orderTo(service.origin))
    await service.received(1)
    await expect.poll(() => clock.nextInMs()).toBe(500)
    service.answer = (response) => response.writeHead(202).end()
    clock.advance(500)
    await heard()
    const told = reports.filter(({ kind }) => kind === 'unreachable')
    expect(told).toMatchObject([{ reason: expect.stringContaining('503') }, { reason: null }])
  })
})

describe('an agent that a service has taken', () => {
  it('is let go once it has ended by its own word, and nothing is reported of that', async () => {
    const { runtime, heard, reports } = start()
    const order = orderTo(service.origin)
    runtime.launch(order)
    await heard()
    await runtime.look()
    expect(runtime.isHolding(order.agent.id)).toBe(true)
    isLiving = false
    await runtime.look()
    expect(runtime.isHolding(order.agent.id)).toBe(false)
    expect(reports.map(({ kind }) => kind)).toEqual(['started', 'heard'])
  })

  it('is not sent again when its word comes before its answer', async () => {
    const { runtime, reports } = start()
    service.answer = (response) => response.writeHead(503).end()
    runtime.launch(orderTo(service.origin))
    await service.received(1)
    await expect.poll(() => clock.nextInMs()).toBe(500)
    isLiving = false
    clock.advance(500)
    await runtime.look()
    expect(clock.nextInMs()).toBeNull()
    expect(service.sent).toHaveLength(1)
    expect(reports.map(({ kind }) => kind)).not.toContain('ended')
  })

  it('is let go at once when it is stopped while its service says nothing', async () => {
    const { runtime, ended } = start()
    service.answer = () => {}
    const order = orderTo(service.origin)
    runtime.launch(order)
    await service.received(1)
    runtime.stop(order.agent.id, { graceMs: 10_000, force: false })
    expect((await ended()).evidence.exit).toEqual({ code: null, signal: 'SIGTERM' })
    expect(runtime.isHolding(order.agent.id)).toBe(false)
  })

  it('must have made what the task is to deliver', async () => {
    const { runtime, ended } = start()
    service.answer = (response) => response.end('{"status":"done"}')
    const order = orderTo(service.origin)
    runtime.launch({ ...order, task: { ...order.task, deliverables: ['report.md'] } })
    expect(verdictOf(await ended()).failure).toMatchObject({ class: 'no-work' })
  })
})

describe('what a service must not bring about', () => {
  it('secrets that it echoes are not kept, nor is the query of its address', async () => {
    const { runtime, ended } = start({ env: { DEPLOY_KEY: 'Bearer very-secret' } })
    service.answer = (response, sent) =>
      response.writeHead(400).end(JSON.stringify([sent.headers, sent.path, sent.body]))
    const headers = { authorization: { from: 'DEPLOY_KEY' } }
    runtime.launch(orderTo(`${service.origin}/work?key=query-secret`, { headers }))
    const told = JSON.stringify(verdictOf(await ended()))
    expect(told).toContain('[hidden]')
    expect(told).not.toMatch(/very-secret|query-secret|yat_token/)
    const record = readFileSync(join(root, 'agents/agent-7/launch.json'), 'utf8')
    expect(record).not.toContain('query-secret')
    const again = start({ env: { DEPLOY_KEY: 'very-secret' } })
    service.answer = (response, sent) =>
      response.end(
        JSON.stringify({ status: 'done', text: 'all', artifacts: { got: sent.headers } }),
      )
    again.runtime.launch(orderTo(service.origin, { headers }))
    expect(JSON.stringify((await again.ended()).artifacts)).not.toContain('very-secret')
  })

  it('another protocol, or a connection closed in silence, is an answer like any other', async () => {
    const { runtime, ended } = start()
    service.upgrade = (socket) =>
      void socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    runtime.launch(orderTo(service.origin))
    expect(verdictOf(await ended()).failure?.reason).toContain('101')
  })

  it('a full disk as it is taken: the task stays taken, and is noted later', async () => {
    const { runtime, heard, reports } = start()
    mkdirSync(join(root, 'agents/agent-7'))
    service.answer = (response) => {
      mkdirSync(join(root, 'agents/agent-7/exchange.json.new'))
      response.writeHead(202).end()
    }
    runtime.launch(orderTo(service.origin))
    await heard()
    expect(reports.map(({ kind }) => kind)).toEqual(['started', 'heard'])
    rmSync(join(root, 'agents/agent-7/exchange.json.new'), { recursive: true })
    clock.advance(5000)
    expect(readFileSync(join(root, 'agents/agent-7/exchange.json'), 'utf8')).toContain('accepted')
  })

  it('while the yard is paused nothing is sent that nobody has taken', async () => {
    isPaused = true
    const first = start()
    first.runtime.launch(orderTo(service.origin))
    await expect.poll(() => clock.nextInMs()).toBe(1000)
    clock.advance(1000)
    await expect.poll(() => clock.nextInMs()).toBe(1000)
    expect(service.sent).toEqual([])
    expect(first.runtime.facts(orderTo('').agent.id)?.doing).toContain('paused')
    await first.runtime.close()
    const later = start()
    await later.runtime.recover([orderTo(service.origin)])
    await expect.poll(() => clock.nextInMs()).toBe(1000)
    expect(service.sent).toEqual([])
    isPaused = false
    clock.advance(1000)
    await later.heard()
    expect(service.sent).toHaveLength(1)
  })
})

describe('a later owner', () => {
  const taken = (state: Agent['state'] = { kind: 'working' }): LaunchOrder => {
    const order = orderTo(service.origin)
    return { ...order, agent: { ...order.agent, state, startedAt: 5 } }
  }

  it('waits on for a callback without sending anything again', async () => {
    const first = start()
    first.runtime.launch(taken())
    await first.heard()
    await first.runtime.close()
    const later = start()
    await later.runtime.recover([taken()])
    expect(service.sent).toHaveLength(1)
    expect(later.runtime.isHolding(taken().agent.id)).toBe(true)
  })

  it('sends again under the same key what nobody has said to have taken', async () => {
    const first = start()
    service.answer = () => {}
    first.runtime.launch(taken())
    await service.received(1)
    await first.runtime.close()
    service.answer = (response) => response.writeHead(202).end()
    const later = start()
    await later.runtime.recover([taken()])
    await later.heard()
    const [one, two] = service.sent
    expect(two?.headers['idempotency-key']).toBe(one?.headers['idempotency-key'])
  })

  it('settles what was reported or stopped meanwhile', async () => {
    const one = start()
    const agent = { ...taken().agent, report: { kind: 'done' } as const }
    await one.runtime.recover([{ ...taken(), agent }])
    expect(verdictOf(await one.ended()).outcome).toBe('done')
    const two = start()
    await two.runtime.recover([
      taken({ kind: 'stopping', reason: 'killed', since: 1, force: false }),
    ])
    expect((await two.ended()).evidence.exit?.signal).toBe('SIGTERM')
    expect(service.sent).toEqual([])
  })

  it('that only settles sends nothing', async () => {
    const { runtime, reports } = start({ sends: false })
    await runtime.recover([taken()])
    expect(reports.map(({ kind }) => kind)).toEqual(['started'])
    expect(service.sent).toEqual([])
  })

  it('does not take the folder of another generation for its own', async () => {
    const first = start()
    first.runtime.launch(taken())
    await first.heard()
    await first.runtime.close()
    const later = start()
    const order = taken()
    await later.runtime.recover([{ ...order, agent: { ...order.agent, generation: 2 } }])
    await later.heard()
    expect(service.sent[1]?.headers['idempotency-key']).toBe('build.2.agent-7')
  })
})
