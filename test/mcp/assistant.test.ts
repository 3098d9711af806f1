/** `yard mcp` for a person's assistant: a real server process, a real yard, with and without somebody who runs it. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, PROGRAM, type TestYard } from '../cli/yard-command.ts'
import { agentEnvironment, connectTo, WAITING_AGENT, type Assistant } from './mcp-yard.ts'

const LONG = { timeout: 120_000 }

let place: TestYard
let assistant: Assistant | null = null
const open = async (): Promise<Assistant> => (assistant = await connectTo(place))

beforeEach(async () => {
  place = await openTestYard()
}, 60_000)
afterEach(async () => {
  await assistant?.close()
  assistant = null
  await place.close()
}, 60_000)

describe('without an owner', LONG, () => {
  it('offers its tools, and says of each what it may do', async () => {
    const { client } = await open()
    const { tools } = await client.listTools()
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))
    expect(Object.keys(hints).toSorted()).toEqual([
      ...['yard_abandon', 'yard_add', 'yard_agents', 'yard_answer', 'yard_done', 'yard_edit'],
      ...['yard_fail', 'yard_list', 'yard_log', 'yard_message', 'yard_messages', 'yard_output'],
      ...[
        'yard_pause',
        'yard_publish',
        'yard_reopen',
        'yard_resume',
        'yard_retry',
        'yard_service',
        'yard_show',
        'yard_status',
      ],
      'yard_why',
    ])
    expect(hints['yard_list']).toMatchObject({ readOnlyHint: true })
    expect(hints['yard_add']).toMatchObject({ readOnlyHint: false, destructiveHint: false })
    expect(hints['yard_abandon']).toMatchObject({ destructiveHint: true })
    expect(client.getServerVersion()?.name).toBe('yard')
    expect(client.getInstructions()).toContain('never instructions')
  })

  it('does what the commands do, and holds the yard only while it does it', async () => {
    const { json, call } = await open()
    expect(await json('yard_add', { title: 'First', exec: 'true', timeout: '30m' })).toMatchObject({
      id: 'first',
      state: 'ready',
      timeoutMs: 1_800_000,
    })
    await json('yard_add', { title: 'Second', exec: 'true', after: ['first'], paused: true })
    // The other command finds the yard free.
    expect(await place.json(['show', 'second'])).toMatchObject({ state: 'paused' })
    await json('yard_edit', { id: 'first', timeout: null, add_tags: ['now'], priority: 'high' })
    expect(await place.json(['show', 'first'])).toMatchObject({
      timeoutMs: null,
      tags: ['now'],
      priority: 'high',
    })
    expect(await json('yard_publish', { id: 'second' })).toEqual({ published: ['second'] })
    expect(await json('yard_pause', { id: 'first' })).toMatchObject({ state: 'paused' })
    expect(await json('yard_resume', { id: 'first' })).toMatchObject({ state: 'ready' })
    expect(await json('yard_why', { id: 'second' })).toMatchObject({ state: 'blocked' })
    expect(await json('yard_done', { id: 'first', data: { score: 3 } })).toMatchObject({
      state: 'done',
    })
    expect(await json('yard_show', { id: 'first' })).toMatchObject({
      artifacts: [{ kind: 'json', value: { score: 3 } }],
    })
    const list = await json('yard_list', { states: ['ready', 'done'] })
    expect(list['tasks']).toMatchObject([{ id: 'first' }, { id: 'second', state: 'ready' }])
    expect(await json('yard_list', { limit: 1 })).toMatchObject({ more: expect.any(String) })
    expect(await json('yard_fail', { id: 'second', reason: 'no' })).toMatchObject({
      state: 'failed',
    })
    expect(await json('yard_retry', { id: 'second' })).toMatchObject({ state: 'ready' })
    expect(await json('yard_abandon', { id: 'second', with_dependents: false })).toMatchObject({
      abandoned: ['second'],
    })
    expect(await json('yard_status')).toMatchObject({ running: false })
    expect(await call('yard_service', { do: 'pause' })).toMatchObject({ isError: true })
  })

  it('says each refusal in a line with the way out, and takes no words that it does not know', async () => {
    const { call, json } = await open()
    await json('yard_add', { title: 'Build', id: 'build' })
    expect(await call('yard_show', { id: 'biuld' })).toEqual({
      isError: true,
      text: 'there is no task "biuld"; did you mean "build"?',
    })
    const cycle = await call('yard_edit', { id: 'build', add_after: ['build'] })
    expect(cycle).toMatchObject({
      isError: true,
      text: expect.stringMatching(/^[^\n]*cycle[^\n]*$/),
    })
    for (const [name, args] of [
      ['yard_abandon', { id: 'build' }],
      ['yard_add', { title: 'x', timeout: 'soon' }],
      ['yard_add', { title: 'x', unknown: 1 }],
      ['yard_nothing', {}],
    ] as const)
      expect(await call(name, args)).toMatchObject({ isError: true })
    expect((await place.json(['list'])) as unknown[]).toHaveLength(1)
  })

  it('answers many calls at once, one after the other', async () => {
    const { json } = await open()
    const titles = Array.from({ length: 8 }, (_, index) => `Task ${index}`)
    await Promise.all(titles.map((title) => json('yard_add', { title })))
    expect((await place.json(['list'])) as unknown[]).toHaveLength(8)
  })
})

describe('with an owner', LONG, () => {
  it('goes through it, and ends an agent only where that is said', async () => {
    expect((await place.yard(['service', 'start'])).code).toBe(0)
    const { json, call } = await open()
    expect(await json('yard_status')).toMatchObject({ running: true })
    await json('yard_add', { title: 'Long', id: 'long', exec: WAITING_AGENT })
    await agentEnvironment(place)
    for (const [name, args] of [
      ['yard_done', {}],
      ['yard_fail', { reason: 'no' }],
      ['yard_abandon', { with_dependents: true }],
    ] as const)
      expect(await call(name, { id: 'long', ...args })).toEqual({
        isError: true,
        text: 'agent-1 works on long and would be ended by this; end_agent: true says that it shall be',
      })
    expect(await json('yard_agents', { which: 'alive' })).toMatchObject({
      agents: [{ id: 'agent-1', task: 'long' }],
    })
    expect(await json('yard_service', { do: 'pause' })).toEqual({ paused: true })
    expect(await json('yard_done', { id: 'long', end_agent: true })).toMatchObject({
      state: 'done',
    })
    expect((await place.yard(['wait', 'long'])).code).toBe(0)
  })

  it('shows the end of an output, bounded', async () => {
    await place.yard(['add', 'Flood', '--id', 'flood', '--exec', 'seq 1 60000; echo the end'])
    expect((await place.yard(['run'])).code).toBe(0)
    const { json, call } = await open()
    const end = await call('yard_output', { agent: 'agent-1' })
    expect(Buffer.byteLength(end.text)).toBeLessThan(51_000)
    expect(end.text).toContain('the end')
    const head = await json('yard_output', { agent: 'agent-1', from: 0, raw: true })
    expect(head).toMatchObject({
      start: 0,
      isEnd: false,
      text: expect.stringMatching(/^1\n2\n3\n/),
    })
    expect(await call('yard_output', { agent: 'agent-9' })).toMatchObject({ isError: true })
  })
})

it('starts where there is no yard, and says so at each call', LONG, async () => {
  const bare = await openTestYard(true)
  const alone = await connectTo(bare)
  try {
    expect(await alone.call('yard_list')).toMatchObject({
      isError: true,
      text: expect.stringContaining('yard init'),
    })
  } finally {
    await alone.close()
    await bare.close()
  }
})

it(
  'speaks nothing but the protocol, answers what came before its input ended, and leaves',
  LONG,
  async () => {
    const child = spawn(process.execPath, [PROGRAM, 'mcp'], { cwd: place.folder, env: place.env })
    const ended = new Promise<number | null>((done) => child.on('close', done))
    const said = text(child.stdout)
    const ask = (id: number, method: string, params: object) => ({
      jsonrpc: '2.0',
      id,
      method,
      params,
    })
    const about = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    }
    const messages = [
      ask(1, 'initialize', about),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      ask(2, 'tools/call', { name: 'yard_add', arguments: { title: 'Last' } }),
    ]
    child.stdin.end(
      `${messages.map((message) => JSON.stringify(message)).join('\n')}\nno message\n`,
    )
    expect(await ended).toBe(0)
    const lines = (await said).trimEnd().split('\n')
    const answers = lines.map((line) => JSON.parse(line) as { id: number | null })
    expect(answers.filter(({ id }) => id !== null)).toMatchObject([{ id: 1 }, { id: 2 }])
    expect(answers.filter(({ id }) => id === null)).toMatchObject([{ error: { code: -32700 } }])
    expect(await place.json(['show', 'last'])).toMatchObject({ state: 'ready' })
  },
)
