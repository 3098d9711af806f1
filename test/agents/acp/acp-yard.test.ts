/** An agent over the protocol in a whole yard: a person answers it, it outlives its owner, and it is stopped politely. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../../src/domain/ids.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { eventually } from '../../support/eventually.ts'
import {
  addTask,
  isOver,
  makeRealPlace,
  PERSON,
  untilTask,
  type RealPlace,
} from '../../yard/real-place.ts'

const SLOW_MS = 60_000
const AGENT = resolve(import.meta.dirname, '../../support/acp-agent.ts')

let place: RealPlace
let yard: Yard
let notes: string

beforeEach(async () => {
  place = await makeRealPlace()
  notes = join(place.home, 'notes')
})
afterEach(async () => {
  await yard.close()
  await place.remove()
})

async function openWith(permissions: string, ...scenes: string[]): Promise<void> {
  const config = [
    '[executors.agent]',
    'type = "acp"',
    `permissions = "${permissions}"`,
    `command = ${JSON.stringify([process.execPath, AGENT, ...scenes])}`,
    `env = { ACP_AGENT_NOTES = ${JSON.stringify(notes)} }`,
  ]
  await appendFile(place.paths.config, `\n${config.join('\n')}\n`)
  yard = await place.open()
}
const task = { id: 'work' as TaskId, title: 'Do it', executor: 'agent' }
const agentsOf = () => yard.store.agents({ which: 'all', taskId: task.id })
const noted = async (what: string): Promise<number> =>
  (await readFile(notes, 'utf8')).split(`"what":"${what}"`).length - 1

describe('acp in a yard', { timeout: SLOW_MS }, () => {
  it('waits for the answer of a person, and goes on in the same conversation', async () => {
    await openWith('ask', 'loads', 'run', 'line=make all')
    await addTask(yard, task)
    const waiting = await untilTask(yard, 'work', ({ state }) => state.kind === 'waiting')
    expect(waiting.state).toMatchObject({
      for: 'answer',
      text: expect.stringContaining('May it run: make all?'),
    })
    expect(waiting.attempts).toBe(0)
    const answer = { type: 'task.answer', id: task.id, text: 'allow' } as const
    expect((await yard.dispatch(answer, PERSON)).ok).toBe(true)
    const done = await untilTask(yard, 'work', isOver)
    expect(done.state.kind).toBe('done')
    expect(agentsOf().map((agent) => agent.conversation?.id)).toEqual(['session-1', 'session-1'])
    expect(await noted('new')).toBe(1)
    expect(await noted('load')).toBe(1)
  })

  it('outlives the owner that started it', async () => {
    await openWith('bypass', 'terminal', 'line=until [ -e go ]; do sleep 0.1; done; echo gone')
    await addTask(yard, task)
    const isWorking = () => agentsOf()[0]?.state.kind === 'working'
    await untilTask(yard, 'work', isWorking)
    await yard.close()
    await writeFile(join(place.paths.root, 'go'), '')
    yard = await place.open()
    const done = await untilTask(yard, 'work', isOver)
    expect(done.state.kind).toBe('done')
    expect(agentsOf()).toHaveLength(1)
    expect(await noted('initialize')).toBe(1)
  })

  it('gives up its turn when it is killed', async () => {
    await openWith('bypass', 'wait')
    await addTask(yard, task)
    await eventually(async () => expect(await noted('prompt')).toBe(1))
    const [agent] = agentsOf()
    const killed = await yard.kill(
      agent ? [agent.id] : [],
      { force: false, redispatch: false },
      PERSON,
    )
    expect(killed.ok).toBe(true)
    await untilTask(yard, 'work', ({ state }) => state.kind === 'open')
    expect(agentsOf()[0]?.state).toMatchObject({ kind: 'ended', outcome: 'killed' })
    expect(await noted('cancel')).toBe(1)
  })
})
