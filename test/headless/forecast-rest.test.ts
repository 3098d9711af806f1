/** The forecast over REST: for people and their programs, not for agents. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addCommand, PERSON, taskId } from '../support/plan-builder.ts'
import { openServedYard, type ServedYard } from './served-yard.ts'

let test: ServedYard
beforeEach(async () => {
  test = await openServedYard()
  for (const [id, after] of [['a'], ['b', 'a'], ['c', 'b']] as const)
    await test.yard.dispatch(addCommand(id, after ? { after: [taskId(after)] } : {}), PERSON)
})
afterEach(() => test.close())

it('is asked for whole, or of tasks that a query names', async () => {
  const whole = await test.call('/api/forecast')
  expect(whole.status).toBe(200)
  expect(whole.json).toMatchObject({ left: 3, rough: true })
  expect(Object.keys(whole.json.tasks)).toEqual(['a', 'b', 'c'])
  const { json } = await test.call('/api/forecast?ids=b,a&tasks=false')
  expect(json).toMatchObject({ left: 2, tasks: {} })
})

it('refuses what is not there, or no forecast', async () => {
  expect((await test.call('/api/forecast?ids=d')).status).toBe(404)
  expect((await test.call('/api/forecast?tasks=perhaps')).status).toBe(422)
  expect((await test.call('/api/forecast?until=noon')).status).toBe(422)
})

it('is not for agents, nor without a token', async () => {
  const { token } = await test.agentOf('a')
  expect((await test.call('/api/forecast', { token })).status).toBe(403)
  expect((await test.call('/api/forecast', { token: null })).status).toBe(401)
})
