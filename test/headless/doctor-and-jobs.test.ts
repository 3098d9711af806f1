/** Diagnosis and jobs over REST: for people and their programs, not for agents. */
import { appendFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readState } from '../../src/headless/state-file.ts'
import { addCommand, PERSON } from '../support/plan-builder.ts'
import { openServedYard, type ServedYard } from './served-yard.ts'

let test: ServedYard
beforeEach(async () => {
  test = await openServedYard()
  appendFileSync(test.yard.paths.config, '\n[members.dev]\nexecutor = "shell"\n')
  await test.yard.reload({})
})
afterEach(() => test.close())

const NIGHTLY = { name: 'nightly', member: 'dev', message: 'Look', schedule: '09:00' }
const post = (path: string, body: object = {}) =>
  test.call(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })

it('tells what its own process knows, each time anew', async () => {
  const { status, json } = await test.call('/api/doctor')
  expect(status).toBe(200)
  const levels = Object.fromEntries(
    (json as { id: string; level: string }[]).map(({ id, level }) => [id, level]),
  )
  expect(levels).toMatchObject({
    'store.integrity': 'ok',
    'owner.lock': 'ok',
    'owner.heartbeat': 'ok',
    'member.dev': 'warn',
  })
  await post('/api/job', NIGHTLY)
  const again = await test.call('/api/doctor?network=true')
  expect(again.json).toContainEqual(expect.objectContaining({ id: 'job.nightly', level: 'ok' }))
})

it('shows the heartbeat of its loop in state.json', async () => {
  await expect.poll(() => readState(test.yard.paths)?.heartbeatAt).toBeTypeOf('string')
})

it('lists jobs, and fires one once for each command', async () => {
  expect((await post('/api/job', NIGHTLY)).status).toBe(201)
  expect((await test.call('/api/jobs')).json).toMatchObject([
    { ...NIGHTLY, tz: null, conversation: 'resume', missed: 'once', paused: false, last: null },
  ])
  const run = (commandId?: string) =>
    post('/api/job/nightly/run', commandId === undefined ? {} : { commandId })
  const first = await run('c1')
  expect(first).toMatchObject({ status: 200, json: { trigger: 'hand', outcome: null } })
  expect((await run('c1')).json.id).toBe(first.json.id)
  const [second, third] = await Promise.all([run(), run()])
  expect(new Set([first, second, third].map(({ json }) => json.message)).size).toBe(3)
  expect((await test.call('/api/job/nightly/history')).json).toHaveLength(3)
})

it('refuses what does not go', async () => {
  await post('/api/job', NIGHTLY)
  expect((await post('/api/job', NIGHTLY)).status).toBe(409)
  expect((await post('/api/job', { ...NIGHTLY, name: 'all' })).status).toBe(422)
  expect((await post('/api/job', { ...NIGHTLY, name: 'b', member: 'deb' })).status).toBe(404)
  expect((await post('/api/job', { ...NIGHTLY, name: 'b', schedule: 'soon' })).status).toBe(422)
  expect((await post('/api/job', { ...NIGHTLY, name: 'b', tz: 'Mars/Base' })).status).toBe(422)
  expect((await post('/api/job/nope/run')).status).toBe(404)
  expect((await test.call('/api/job/nope/history')).status).toBe(404)
})

it('is not for agents', async () => {
  await test.yard.dispatch(addCommand('a'), PERSON)
  const { token } = await test.agentOf('a')
  for (const path of ['/api/doctor', '/api/jobs', '/api/job/nightly/history'])
    expect((await test.call(path, { token })).status).toBe(403)
})
