/** Our own agent in a whole yard, on both wires: it hands work on, asks for its key, waits for its quota and leaves nothing behind. */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import {
  addTask,
  isOver,
  makeRealPlace,
  PERSON,
  untilTask,
  type RealPlace,
} from '../yard/real-place.ts'
import { KEY_VALUE, startMock } from './real-agents.ts'
import { isDone } from './real-yard.ts'
import { runningFor } from './running-for.ts'

const GRAPH_MS = 120_000
const PROVIDERS = { messages: 'anthropic', chat: 'maker' } as const

let mock: MockLlm
let place: RealPlace
let yard: Yard

beforeEach(async () => {
  mock = await startMock()
  place = await makeRealPlace()
  const tables = Object.entries(PROVIDERS).map(([wire, provider]) =>
    [
      `[models.${wire}-model]`,
      `provider = "${provider}"`,
      'model_id = "some-model"',
      `endpoint = "${mock.url}/v1"`,
      `[executors.native-${wire}]`,
      'type = "native"',
      `model = "${wire}-model"`,
      'api_key_env = "FILED_KEY"',
    ].join('\n'),
  )
  await appendFile(place.paths.config, `\n${tables.join('\n')}\n`)
  const folder = join(place.home, 'config', 'yard')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'keys.env'), `FILED_KEY=${KEY_VALUE}\n`, { mode: 0o600 })
  yard = await place.open()
})
afterEach(async () => {
  await yard.close()
  await mock.close()
  await place.remove()
})

const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })
const add = (id: string, description: string, more: object) =>
  addTask(yard, { id: id as TaskId, title: `Task ${id}`, description, ...more })

describe.each(['messages', 'chat'] as const)(
  'native on the wire %s',
  { timeout: GRAPH_MS },
  (wire) => {
    const executor = `native-${wire}`

    it('hands what one task wrote to the next, with its model, usage and conversation', async () => {
      await add('first', '[[mock:tool cmd="echo one > one.txt"]]', { executor })
      await add('second', '[[mock:tool cmd="cat one.txt > two.txt && echo two >> two.txt"]]', {
        executor,
        after: ['first' as TaskId],
      })
      const second = await untilTask(yard, 'second', isOver)
      expect(second.lastFailure).toBeNull()
      const [agent] = agentsOf('second')
      const cwd = agent?.workplace?.cwd ?? ''
      expect(await readFile(join(cwd, 'two.txt'), 'utf8')).toBe('one\ntwo\n')
      expect(agent?.conversation?.id).toMatch(/^[\w-]{36}$/)
      expect(agent?.usage?.inputTokens).toBeGreaterThan(100)
      expect(agent?.modelId).toBe('some-model')
      expect(new Set(mock.requests.map(({ model, key }) => `${model} ${key}`))).toEqual(
        new Set([`some-model ${KEY_VALUE}`]),
      )
    })

    it('asks a person when its key is refused', async () => {
      await add('key', '[[mock:401]]', { executor })
      const waiting = await untilTask(yard, 'key', (task) => task.state.kind === 'waiting')
      expect(waiting).toMatchObject({ attempts: 0, lastFailure: { class: 'auth' } })
    })

    it('goes on with its conversation by itself when a spent quota is given anew', async () => {
      await add('spent', `[[mock:quota reset=4 times=1 id=${wire}]] the first words`, { executor })
      const task = await untilTask(yard, 'spent', isDone)
      expect(task.attempts).toBe(0)
      const agents = agentsOf('spent')
      expect(agents).toHaveLength(2)
      expect(new Set(agents.map(({ conversation }) => conversation?.id)).size).toBe(1)
      expect(mock.requests.at(-1)?.userTexts.join('\n')).toContain('the first words')
    })

    it('answers with a text, after an overload that it got over by itself', async () => {
      const again = `times=2 id=${wire} retry-after=0`
      await add('busy', `[[mock:529 ${again} text="All is well."]]`, { executor })
      const task = await untilTask(yard, 'busy', isOver)
      expect(task).toMatchObject({ state: { kind: 'done' }, attempts: 0, backOffs: 0 })
      expect(agentsOf('busy')).toHaveLength(1)
      expect(mock.requests).toHaveLength(3)
      const [kept] = yard.store.artifactsOf('busy' as TaskId)
      expect(kept?.artifact).toMatchObject({ kind: 'text', text: 'All is well.' })
    })

    it('is killed in the middle of a tool with nothing left of it', async () => {
      await add('stuck', '[[mock:tool cmd="echo on > started.txt; tail -f /dev/null"]]', {
        executor,
      })
      const isInTool = async (): Promise<boolean> =>
        (await runningFor(place.paths, 'stuck')).some((line) => line.includes('tail -f /dev/null'))
      await expect.poll(isInTool, { timeout: 60_000, interval: 250 }).toBe(true)
      const living = [...yard.plan.agents.values()].find((agent) => agent.taskId === 'stuck')
      const killed = await yard.kill(
        living ? [living.id] : [],
        { force: false, redispatch: false },
        PERSON,
      )
      expect(killed.ok).toBe(true)
      await untilTask(yard, 'stuck', (task) => task.state.kind === 'open')
      expect(agentsOf('stuck')[0]?.state).toMatchObject({ kind: 'ended', outcome: 'killed' })
      expect(await runningFor(place.paths, 'stuck')).toEqual([])
      // With the yard closed as well nobody is left who could start one for it.
      await yard.close()
      expect(await runningFor(place.paths, 'stuck')).toEqual([])
    })
  },
)
