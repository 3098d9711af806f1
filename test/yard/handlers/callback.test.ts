/** What a service that does a task gets as the answer to its callback. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import type { Client } from '../../../src/cli/connect/owner.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import { initYard } from '../../../src/yard/init-yard.ts'
import { openYard } from '../../../src/yard/open-yard.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { createLiveView } from '../../../src/yard/views/live-view.ts'
import { openService, type ServiceUnderTest } from '../../agents/http/service-under-test.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { asAgent, PERSON, taskId } from '../../support/plan-builder.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
let service: ServiceUnderTest
let close: () => Promise<void>
let yard: Yard
let clientOf: (actor: Parameters<typeof createYardClient>[0]['actor']) => Client

beforeEach(async () => {
  service = await openService()
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'yard-callback-')))
  const folder = join(root, 'project')
  mkdirSync(folder)
  const made = await initYard(folder, join(root, '.local', 'share', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  const { config } = made.value.paths
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace(/^\[messages\]$/m, '[messages]\ntries = 1'))
  const env = { ...process.env, HOME: root, XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' }
  const opened = await openYard({
    paths: made.value.paths,
    host: 'service',
    log: silentLog,
    flags: {},
    runsAgents: true,
    env,
    resources: join(ROOT, 'resources'),
    launcherEntry: join(ROOT, 'src/agents/launcher-entry.ts'),
    tailEntry: join(ROOT, 'src/agents/tail-worker.ts'),
    forecastEntry: join(ROOT, 'src/yard/forecast/forecast-worker.ts'),
  })
  if (!opened.ok) throw new Error(opened.error.message)
  yard = opened.value
  const view = createLiveView(yard, systemClock)
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  clientOf = (actor) => createYardClient({ yard, host, actor, view })
  close = async () => {
    view.close()
    await yard.close()
    await service.close()
    rmSync(root, { recursive: true, force: true })
  }
})
afterEach(() => close())

it.each([
  ['done', 'done'],
  ['failed', 'failed'],
] as const)('that it is %s is the state that comes of it', async (status, expected) => {
  const client = clientOf(PERSON)
  await client.task.add({ title: 'Deploy', id: 'deploy', executor: `${service.origin}/task` })
  await service.received(1)
  const by = clientOf(asAgent(1, 'deploy'))
  const answer =
    status === 'done'
      ? await by.task.complete({ id: 'deploy' })
      : await by.task.fail({ id: 'deploy', reason: 'no room' })
  expect(answer).toMatchObject({ status: expected, attempts: 1 })
})

it('its failure counts against the messages that it took by the rules of the yard', async () => {
  const client = clientOf(PERSON)
  const executor = `${service.origin}/task`
  await client.task.add({ title: 'Deploy', id: 'deploy', executor, paused: true })
  const { id } = await client.message.send({ to: ['task:deploy'], text: 'Mind the port' })
  await client.task.release({ id: 'deploy' })
  await service.received(1)
  expect(JSON.parse(service.sent[0]?.body ?? '')).toMatchObject({ messages: [{ id }] })
  await clientOf(asAgent(1, 'deploy')).task.fail({ id: 'deploy', reason: 'no room' })
  expect((await client.message.get({ id })).deliveries).toMatchObject([
    { state: 'dead', tries: 1, reason: 'no room' },
  ])
})

it('its word is one commit, and deliverables that are not there make it a failure', async () => {
  const client = clientOf(PERSON)
  const executor = `${service.origin}/task`
  await client.task.add({ title: 'Next', id: 'next', exec: 'true', paused: true })
  await client.task.add({
    title: 'Build',
    id: 'build',
    executor,
    deliverables: ['out.bin'],
    maxAttempts: 1,
  })
  await client.task.edit({ id: 'next', addAfter: ['build'] })
  await service.received(1)
  const agent = yard.plan.agentOf(taskId('build'))
  expect(agent?.by).toBe('service')
  await expect.poll(() => yard.plan.agentOf(taskId('build'))?.startedAt).not.toBeNull()
  const commits: unknown[] = []
  const off = yard.onCommitted(({ changes }) =>
    commits.push(changes.map(({ entity }) => entity).toSorted()),
  )
  const by = clientOf(asAgent(1, 'build'))
  const answer = await by.task.settle({ id: 'build', status: 'done', artifacts: [] })
  off()
  expect(commits[0]).toEqual(['agent', 'task'])
  expect(answer).toMatchObject({ status: 'failed' })
  const reason = expect.stringContaining('out.bin')
  expect(yard.plan.tasks.get(taskId('build'))?.lastFailure).toMatchObject({
    class: 'no-work',
    reason,
  })
  expect(yard.plan.agents.has(agentIdOf(1))).toBe(false)
})
