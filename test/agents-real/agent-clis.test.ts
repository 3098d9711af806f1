/** Every other CLI in a whole yard: it hands work on, asks for its key, and leaves nothing behind when it is killed in mid-tool. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { addTask, PERSON, untilTask } from '../yard/real-place.ts'
import { installAgentClis } from './install.ts'
import { startMock } from './real-agents.ts'
import { isDone, makeRealYard, type RealYard } from './real-yard.ts'
import { runningFor } from './running-for.ts'

const INSTALL_MS = 300_000
const GRAPH_MS = 150_000

let mock: MockLlm
let place: RealYard
let yard: Yard

beforeAll(async () => {
  await installAgentClis()
}, INSTALL_MS)
beforeEach(async () => {
  mock = await startMock()
  place = await makeRealYard(mock.url)
  yard = await place.open()
})
afterEach(async () => {
  await yard.close()
  await mock.close()
  await place.remove()
})

const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })

const CLIS = ['gemini', 'qwen', 'opencode', 'pi', 'copilot'] as const
describe.each(CLIS)('%s in a yard', { timeout: GRAPH_MS }, (executor) => {
  it('hands what one task wrote to the next, with its model, usage and conversation', async () => {
    const task = { executor, model: 'plain' }
    await addTask(yard, {
      ...task,
      id: 'first' as TaskId,
      title: 'Write it',
      description: '[[mock:tool cmd="echo one > one.txt"]]',
    })
    await addTask(yard, {
      ...task,
      id: 'second' as TaskId,
      title: 'Go on',
      description: '[[mock:tool cmd="cat one.txt > two.txt && echo two >> two.txt"]]',
      after: ['first' as TaskId],
    })
    await untilTask(yard, 'second', isDone)
    const [agent] = agentsOf('second')
    const cwd = agent?.workplace?.cwd ?? ''
    expect(await readFile(join(cwd, 'two.txt'), 'utf8')).toBe('one\ntwo\n')
    expect(agent?.conversation?.id).toMatch(/^[\w-]{20,40}$/)
    expect(agent?.provider).toBe(`${new URL(mock.url).host} (MOCK_MODEL_KEY)`)
    // Copilot tells none.
    expect((agent?.usage?.inputTokens ?? 0) > 0).toBe(executor !== 'copilot')
    expect(new Set(mock.requests.map((request) => request.model))).toEqual(new Set(['some-model']))
  })

  it('asks a person when the key is refused, although its exit code may say that all is well', async () => {
    await addTask(yard, {
      id: 'key' as TaskId,
      title: 'Key',
      description: '[[mock:401]]',
      executor,
      model: 'plain',
      worktree: 'off',
    })
    const waiting = await untilTask(yard, 'key', (task) => task.state.kind === 'waiting')
    expect(waiting.lastFailure?.class).toBe('auth')
    expect(waiting.attempts).toBe(0)
  })

  it('is killed in the middle of a tool with nothing left of it', async () => {
    await addTask(yard, {
      id: 'stuck' as TaskId,
      title: 'Stuck',
      description: '[[mock:tool cmd="echo on > started.txt; tail -f /dev/null"]]',
      executor,
      model: 'plain',
      worktree: 'off',
    })
    const isInTool = async (): Promise<boolean> =>
      (await runningFor(place.paths, 'stuck')).some((line) => line.includes('tail -f /dev/null'))
    await expect.poll(isInTool, { timeout: 60_000, interval: 250 }).toBe(true)
    const living = [...yard.plan.agents.values()].find((agent) => agent.taskId === 'stuck')
    const ids = living ? [living.id] : []
    const killed = await yard.kill(ids, { force: false, redispatch: false }, PERSON)
    expect(killed.ok).toBe(true)
    await untilTask(yard, 'stuck', (task) => task.state.kind === 'open')
    expect(agentsOf('stuck')[0]?.state).toMatchObject({ kind: 'ended', outcome: 'killed' })
    expect(await runningFor(place.paths, 'stuck')).toEqual([])
    // With the yard closed as well nobody is left who could start one for it.
    await yard.close()
    expect(await runningFor(place.paths, 'stuck')).toEqual([])
  })
})
