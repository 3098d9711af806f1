/** The program as it is started, on every wire that it speaks. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Wire } from '../../../src/agents/native/native-order.ts'
import { startMockLlm, type MockLlm } from '../../support/mock-llm/server.ts'
import { KEY, makeNativePlace, type NativePlace } from './native-run.ts'
import { isAlive } from '../../support/is-alive.ts'

const RUN_MS = 60_000
const WIRES: readonly Wire[] = ['messages', 'chat', 'responses']
const PROTOCOLS = { messages: 'anthropic', chat: 'chat', responses: 'responses' } as const

const QUESTION = {
  system: 'You judge results.',
  schema: {
    type: 'object',
    properties: { verdict: { type: 'string' } },
    required: ['verdict'],
    additionalProperties: false,
  },
}

let mock: MockLlm
let place: NativePlace

beforeAll(async () => {
  mock = await startMockLlm()
})
afterAll(() => mock.close())
beforeEach(async () => {
  place = await makeNativePlace(mock.url)
})
afterEach(() => place.remove())

describe.each(WIRES)('on the wire %s', { timeout: RUN_MS }, (wire) => {
  const run = (prompt: string, more: object = {}) => place.runHere({ prompt, wire, ...more })

  it('thinks, answers, and tells what it used', async () => {
    const { exitCode, stderr, summary, reports, conversation } = await place.run({
      prompt: '[[mock:think text=Yes.]]',
      wire,
    })
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(summary.final).toEqual({ ok: true, text: 'Yes.' })
    expect(summary.failure).toBeNull()
    expect(summary.usage?.inputTokens).toBeGreaterThan(10)
    expect(summary.usage?.outputTokens).toBeGreaterThan(1)
    expect(summary.conversation).toBe(conversation)
    expect(reports).toContainEqual({ kind: 'thinking', text: 'The mock model thinks about it.' })
    const asked = mock.requests.at(-1)
    expect(asked).toMatchObject({ protocol: PROTOCOLS[wire], model: 'some-model', key: KEY })
    expect(asked?.toolNames).toEqual(
      expect.arrayContaining(['shell', 'read', 'write', 'edit', 'list', 'search', 'yard']),
    )
  })

  it('is asked a question: with a schema, without tools, in its own system text alone', async () => {
    const prompt = '[[mock:answer json=eyJ2ZXJkaWN0IjoiZG9uZSJ9]]'
    const { summary, conversation } = await run(prompt, { answer: QUESTION })
    expect(summary).toMatchObject({
      final: { ok: true, text: '{"verdict":"done"}' },
      failure: null,
    })
    const asked = mock.requests.at(-1)
    expect(asked?.toolNames.filter((name) => name !== 'json')).toEqual([])
    const body = JSON.stringify(asked?.body)
    expect(body).toContain('You judge results.')
    expect(body).toContain('"verdict":{"type":"string"}')
    expect(body).not.toContain('larger graph of tasks')
    expect(conversation).toBe('')
  })

  it('runs a tool, then another, and goes on', async () => {
    const { summary, reports } = await run('[[mock:tool n=2 cmd="echo hi >> out.txt" before=Hm]]')
    expect(await readFile(join(place.cwd, 'out.txt'), 'utf8')).toBe('hi\nhi\n')
    expect(summary).toMatchObject({ final: { ok: true }, mutatingToolCalls: 2 })
    expect(reports.filter(({ kind }) => kind === 'tool-call')).toHaveLength(2)
  })

  it('goes on with a conversation that had tools in it', async () => {
    const first = await run('[[mock:tool cmd="echo hi > out.txt"]] the first words')
    const { conversation: resume } = first
    const second = await run('[[mock:text text=second]] go on', { resume })
    expect(second.summary.final).toEqual({ ok: true, text: 'second' })
    expect(second.summary.conversation).toBe(resume)
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
  })

  it.each([
    ['401', 'auth'],
    ['404', 'bad-model'],
    ['overflow', 'context-overflow'],
    ['429 retry-after=90', 'rate-limit'],
    ['quota', 'quota'],
    ['400', 'crash'],
  ])('fails with %s as %s', async (marker, failureClass) => {
    const { exitCode, summary, reports } = await run(`[[mock:${marker}]]`)
    expect(exitCode).toBe(1)
    expect(summary.final?.ok).toBe(false)
    expect(summary.failure?.class).toBe(failureClass)
    expect(reports.at(-1)).toMatchObject({ kind: 'result', ok: false })
  })

  it('tells when a spent quota is given anew', async () => {
    const { summary } = await run('[[mock:quota reset=7200]]')
    expect(summary.failure?.class).toBe('quota')
    const waitMs = (summary.failure?.resetAt ?? 0) - Date.now()
    expect(waitMs).toBeGreaterThan(7_000_000)
    expect(waitMs).toBeLessThan(7_300_000)
  })

  it.each(['529', 'drop', 'streamerr', '500'])('gets over %s by itself', async (name) => {
    const { summary, reports } = await run(
      `[[mock:${name} times=1 id=${wire}-${name} retry-after=0]]`,
    )
    expect(summary).toMatchObject({
      final: { ok: true, text: 'Hello from the mock model.' },
      failure: null,
    })
    expect(reports.some(({ kind }) => kind === 'waiting')).toBe(true)
  })

  it('stops at SIGTERM while its provider is silent, and does not say that it is done', async () => {
    const id = `${wire}-hang`
    const { child, ended } = await place.start({ prompt: `[[mock:hang id=${id}]]`, wire })
    await mock.seen(({ behaviour }) => behaviour.args.id === id)
    child.kill('SIGTERM')
    const { exitCode, summary } = await ended
    expect([exitCode, summary.final]).toEqual([143, null])
  })
})

const toolPid = async (): Promise<number> =>
  Number(await readFile(join(place.cwd, 'pid.txt'), 'utf8').catch(() => '0'))

describe('whatever the wire', { timeout: RUN_MS }, () => {
  it('its key reaches neither what it runs nor what it keeps', async () => {
    const { stdout, conversation } = await place.run({
      prompt: '[[mock:tool cmd="env > env.txt"]]',
      env: { GEMINI_API_KEY: 'of somebody else', MINE: 'kept' },
    })
    const env = await readFile(join(place.cwd, 'env.txt'), 'utf8')
    expect(env).toContain('MINE=kept')
    expect(env).not.toMatch(/MOCK_MODEL_KEY|GEMINI_API_KEY|ELECTRON_RUN_AS_NODE/)
    const file = join(place.home, 'homes/native/conversations', `${conversation}.jsonl`)
    expect(stdout + (await readFile(file, 'utf8'))).not.toContain(KEY)
  })

  it('takes its key from the file of keys, and refuses one that others can read', async () => {
    const folder = join(place.home, '.config', 'yard')
    const file = join(folder, 'keys.env')
    await mkdir(folder, { recursive: true })
    await writeFile(file, 'FILED_KEY=from-the-file\n')
    const order = { prompt: '[[mock:text]]', profile: { apiKeyEnv: 'FILED_KEY' } }
    await chmod(file, 0o644)
    const refused = await place.runHere(order)
    expect(refused.summary.failure).toMatchObject({
      class: 'auth',
      reason: expect.stringContaining('chmod 600'),
    })
    await chmod(file, 0o600)
    expect((await place.runHere(order)).summary.final?.ok).toBe(true)
    expect(mock.requests.at(-1)?.key).toBe('from-the-file')
  })

  it('without its key it asks nobody', async () => {
    const before = mock.requests.length
    const profile = { apiKeyEnv: 'NO_SUCH_KEY' }
    const { summary } = await place.runHere({ prompt: '[[mock:text]]', profile })
    expect(summary.failure).toMatchObject({
      class: 'auth',
      reason: expect.stringContaining('NO_SUCH_KEY is not set'),
    })
    expect(mock.requests).toHaveLength(before)
  })

  it.each([
    ['light', ['list', 'read', 'search', 'yard']],
    ['bare', []],
  ] as const)('in mode %s it has the tools %j', async (mode, tools) => {
    await place.runHere({ prompt: '[[mock:tool cmd="touch out.txt"]]', task: { mode } })
    expect([...(mock.requests.at(-1)?.toolNames ?? [])].toSorted()).toEqual(tools)
    await expect(readFile(join(place.cwd, 'out.txt'))).rejects.toThrow('ENOENT')
  })

  it('a kill in the middle of a tool loses nothing that was said', async () => {
    const prompt = '[[mock:tool cmd="echo $$ > pid.txt; exec sleep 600"]] the first words'
    const { child, ended } = await place.start({ prompt })
    await expect.poll(toolPid).toBeGreaterThan(0)
    child.kill('SIGKILL')
    process.kill(await toolPid(), 'SIGKILL')
    const { conversation: resume, summary } = await ended
    expect(summary.final).toBeNull()
    const again = await place.run({ prompt: '[[mock:text text=back]]', resume })
    expect(again.summary.final).toEqual({ ok: true, text: 'back' })
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
  })

  it('SIGTERM in the middle of a tool ends the tool, too', async () => {
    const prompt = '[[mock:tool cmd="echo $$ > pid.txt; exec sleep 600"]]'
    const { child, ended } = await place.start({ prompt })
    await expect.poll(toolPid).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ exitCode: 143, summary: { final: null } })
    const tool = await toolPid()
    await expect.poll(() => isAlive(tool)).toBe(false)
  })

  it('an order that cannot be read is told', async () => {
    const { child, ended } = await place.start({ prompt: 'x', wire: 'none' as Wire })
    expect(await ended).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('order cannot be read'),
    })
    expect(child.exitCode).toBe(2)
  })

  it('a conversation that is not there is told', async () => {
    const { summary } = await place.runHere({ prompt: '[[mock:text]]', resume: 'no-such' })
    expect(summary.failure?.reason).toContain('cannot be opened')
  })

  it('goes on with a conversation in another folder, and on another wire', async () => {
    const prompt = '[[mock:tool cmd="echo hi > out.txt"]] the first words'
    const { conversation: resume } = await place.runHere({ prompt })
    const cwd = join(place.home, 'elsewhere')
    await mkdir(cwd)
    const go = { prompt: '[[mock:tool cmd="pwd > pwd.txt"]]', resume, cwd }
    const again = await place.runHere({ ...go, wire: 'chat' })
    expect(again.summary.final?.ok).toBe(true)
    expect(await readFile(join(cwd, 'pwd.txt'), 'utf8')).toBe(`${cwd}\n`)
    expect((await place.runHere({ ...go, wire: 'responses' })).summary.final?.ok).toBe(true)
    expect((await place.runHere(go)).summary.final?.ok).toBe(true)
    expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
  })

  it('a model id is a model id, whatever it looks like', async () => {
    await place.runHere({ prompt: '[[mock:text]]', modelId: '--help' })
    expect(mock.requests.at(-1)?.model).toBe('--help')
  })

  it('asks again without the schema where a server of the common protocol refuses that', async () => {
    const before = mock.requests.length
    const prompt = '[[mock:400 times=1 id=no-schema text="{}"]]'
    const { summary } = await place.runHere({ prompt, wire: 'chat', answer: QUESTION })
    expect(summary).toMatchObject({ final: { ok: true, text: '{}' }, failure: null })
    const sent = mock.requests.slice(before).map(({ body }) => JSON.stringify(body))
    expect(sent.map((body) => body.includes('response_format'))).toEqual([true, false])
  })

  it('reached nothing but the mock', () => {
    expect(mock.strangers).toEqual([])
  })
})
