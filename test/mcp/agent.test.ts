/** `yard mcp` below an agent: only its own task, by its token, with and without an owner, and never after its end. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { YARD_TOOLS } from '../../src/agents/executors/launch/program.ts'
import { openTestYard, type TestYard } from '../cli/yard-command.ts'
import { agentEnvironment, connectTo, WAITING_AGENT, type Assistant } from './mcp-yard.ts'

const LONG = { timeout: 120_000 }

let place: TestYard
let tools: Assistant

/** `fetch` is done, and an agent works on `build`, which depends on it. */
beforeEach(async () => {
  place = await openTestYard()
  await place.yard(['add', 'Fetch', '--id', 'fetch', '--exec', 'true'])
  await place.yard(['done', 'fetch', '--artifacts', '{"count": 3}'])
  await place.yard(['log', 'fetch', 'It was easy.'])
  await place.yard(['add', 'Other', '--id', 'other', '--paused', '--exec', 'true'])
  await place.yard(['add', 'Build', '--id', 'build', '--after', 'fetch', '--exec', WAITING_AGENT])
  await place.yard(['service', 'start'])
  tools = await connectTo(place, await agentEnvironment(place))
}, 120_000)
afterEach(async () => {
  await tools.close()
  await place.close()
}, 60_000)

const letEnd = async (): Promise<void> => {
  writeFileSync(join(place.folder, 'go'), '')
  await place.yard(['wait', 'build'])
}

describe('below an agent', LONG, () => {
  it('offers the tools of its own task only', async () => {
    const { tools: offered } = await tools.client.listTools()
    expect(offered.map(({ name }) => name).toSorted()).toEqual([
      ...['yard_add', 'yard_artifact', 'yard_ask', 'yard_dependencies', 'yard_done', 'yard_fail'],
      ...['yard_log', 'yard_message', 'yard_messages', 'yard_show'],
    ])
    // By these names they are known where an agent asks for a permission.
    expect(offered.map(({ name }) => name).toSorted()).toEqual(YARD_TOOLS.toSorted())
    expect(tools.client.getInstructions()).toContain('agent-1 and work on task build')
  })

  it('reads its task and what that builds on, and no other', async () => {
    expect(await tools.json('yard_show')).toMatchObject({ id: 'build', state: 'in-progress' })
    expect(await tools.json('yard_show', { id: 'fetch' })).toMatchObject({ state: 'done' })
    expect(await tools.json('yard_dependencies')).toMatchObject({
      dependencies: [
        {
          id: 'fetch',
          artifacts: [{ kind: 'json', value: { count: 3 } }],
          log: [{ text: 'It was easy.' }],
        },
      ],
    })
    const other = await tools.call('yard_show', { id: 'other' })
    expect(other).toMatchObject({ isError: true, text: expect.stringContaining('may not call') })
    expect(await tools.call('yard_show', { id: 'nothing' })).toMatchObject({ isError: true })
  })

  it('notes, keeps results and reports, and the report counts once it has ended', async () => {
    await tools.json('yard_log', { text: 'half way' })
    writeFileSync(join(place.folder, 'out.txt'), 'result')
    await tools.json('yard_artifact', { paths: ['out.txt'] })
    expect(await tools.json('yard_done', { data: { ok: true } })).toMatchObject({
      state: 'in-progress',
      noted: expect.stringContaining('done once'),
    })
    await letEnd()
    expect(await place.json(['show', 'build'])).toMatchObject({
      state: 'done',
      log: [{ by: 'agent-1', text: 'half way' }],
      artifacts: [
        { kind: 'file', path: 'out.txt' },
        { kind: 'json', value: { ok: true } },
      ],
    })
  })

  it('adds a task within its limits, and is refused beyond them', async () => {
    const added = await tools.json('yard_add', { title: 'More', after: ['build'] })
    expect(added).toMatchObject({ id: 'more', addedBy: 'build' })
    for (const more of [{ executor: 'claude' }, { verify: 'true' }, { before: ['other'] }])
      expect(await tools.call('yard_add', { title: 'Beyond', ...more })).toMatchObject({
        isError: true,
        text: expect.stringMatching(/^an agent may not add a task with/),
      })
    expect(await tools.call('yard_add', { title: 'x', exec: 'true' })).toMatchObject({
      isError: true,
    })
    const rest = Array.from({ length: 10 }, (_, index) => index)
    const answers = await Promise.all(
      rest.map((index) => tools.call('yard_add', { title: `More ${index}` })),
    )
    expect(answers.filter(({ isError }) => isError)).toMatchObject([
      { text: expect.stringContaining('may add at most 10 tasks') },
    ])
  })

  it('asks a person: its task waits for the answer, and another agent goes on with it', async () => {
    expect(await tools.json('yard_ask', { question: 'Which colour?' })).toMatchObject({
      noted: expect.stringContaining('waiting'),
    })
    await letEnd()
    expect(await place.json(['show', 'build'])).toMatchObject({
      state: 'waiting',
      waitsFor: 'answer',
    })
    expect((await place.yard(['why', 'build'])).out).toContain('yard answer build')
    expect((await place.yard(['answer', 'build', 'Blue.'])).out).toContain('answered: build is')
    expect((await place.yard(['wait', 'build'])).code).toBe(0)
    expect(await place.json(['show', 'build'])).toMatchObject({
      state: 'done',
      agent: 'agent-2',
      // The assistant here bears the first agent's marker, so it was ended before the second began.
      log: [
        { by: 'person', text: 'Blue.' },
        { by: 'coordinator', text: expect.stringContaining('of an earlier try') },
      ],
    })
  })

  it('finds the yard by itself when nobody runs it any more', async () => {
    await place.yard(['service', 'stop'])
    await tools.json('yard_log', { text: 'still here' })
    expect(await tools.json('yard_fail', { reason: 'no paint' })).toMatchObject({
      state: 'in-progress',
    })
    writeFileSync(join(place.folder, 'go'), '')
    await place.yard(['run'])
    expect(await place.json(['show', 'build'])).toMatchObject({
      state: 'failed',
      failure: { class: 'reported', reason: 'no paint' },
      log: [{ text: 'still here' }],
    })
  })

  it('changes nothing once its agent has ended', async () => {
    await letEnd()
    for (const [name, args] of [
      ['yard_log', { text: 'late' }],
      ['yard_done', {}],
      ['yard_fail', { reason: 'late' }],
      ['yard_ask', { question: 'late?' }],
    ] as const)
      expect(await tools.call(name, args)).toEqual({
        isError: true,
        text: expect.stringMatching(/agent-1 .*comes too late; nothing was changed$/),
      })
    for (const name of ['yard_show', 'yard_dependencies'])
      expect(await tools.call(name)).toMatchObject({
        isError: true,
        text: expect.stringContaining('good for nothing else'),
      })
    expect(await place.json(['show', 'build'])).toMatchObject({ state: 'done', log: [] })
  })
})

const isLinux = process.platform === 'linux'
describe.runIf(isLinux)('with variables taken away (it needs /proc)', LONG, () => {
  it('still counts as its agent by the marker alone', async () => {
    const { YARD_AGENT_KEY = '' } = await agentEnvironment(place)
    const marked = await connectTo(place, { YARD_AGENT_KEY })
    try {
      expect(await marked.json('yard_show')).toMatchObject({ id: 'build' })
    } finally {
      await marked.close()
    }
  })

  it('serves nobody who was started by an agent that is not known', async () => {
    const ended = await place.yard(['mcp'], { env: { YARD_AGENT_KEY: 'of-nobody' } })
    expect(ended).toMatchObject({
      code: 4,
      out: '',
      err: expect.stringContaining('started by an agent'),
    })
  })
})
