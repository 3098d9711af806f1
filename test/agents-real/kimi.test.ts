/** Kimi Code CLI in a yard: it is told where its task stands, for it takes a prompt as an argument alone. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { Asked, Reply } from '../support/billing-llm.ts'
import { addTask, isOver, PERSON, untilTask } from '../yard/real-place.ts'
import { makeBilledYard, shellCall, type BilledYard } from './billed-yard.ts'

const RUN_MS = 120_000

let billed: BilledYard
let yard: Yard
beforeAll(async () => {
  billed = await makeBilledYard()
  yard = await billed.place.open()
}, 300_000)
afterAll(async () => {
  await yard.close()
  await billed.remove()
})

/** Reads its task, writes a file, answers. */
const working = ({ body, results }: Asked): Reply => {
  const path = [...body.matchAll(/Read (\/\S+?) and do what it says/g)].at(-1)?.[1] ?? ''
  if (results === 0) return { call: { tool: /^Read$/, with: { path } } }
  if (!body.includes('Write the file.')) return { say: 'I could not read my task.' }
  return results === 1 ? { call: shellCall('kimi', 'echo hi > out.txt') } : { say: 'Written.' }
}

const give = (id: string, reply: (asked: Asked) => Reply) => {
  billed.answerWith(reply)
  const task = { id: id as TaskId, title: 'Write', description: 'Write the file.' }
  return addTask(yard, { ...task, executor: 'kimi', model: 'billed', worktree: 'off' })
}
const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })

it('reads its task, does it, and answers', { timeout: RUN_MS }, async () => {
  await give('writes', working)
  const task = await untilTask(yard, 'writes', isOver)
  expect(task.state.kind).toBe('done')
  expect(await readFile(join(billed.place.root, 'out.txt'), 'utf8')).toBe('hi\n')
  expect(new Set(billed.llm.bill.map(({ model }) => model))).toEqual(new Set(['billed-model']))
  const [agent] = agentsOf('writes')
  expect(agent?.conversation?.id).toMatch(/^session_[\w-]{36}$/)
  // It tells none.
  expect(agent?.usage).toBeNull()
})

it('asks a person when its key is refused', { timeout: RUN_MS }, async () => {
  await give('key', () => ({ refuse: { status: 401 } }))
  const task = await untilTask(yard, 'key', ({ state }) => state.kind === 'waiting')
  expect(task).toMatchObject({ attempts: 0, lastFailure: { class: 'auth' } })
  const breakers = [...yard.plan.breakers.values()].filter(({ kind }) => kind === 'provider')
  for (const { id } of breakers)
    await yard.dispatch({ type: 'breaker.clear', key: id }, { kind: 'coordinator' })
  await yard.kill([], { force: false, redispatch: false }, PERSON)
})
