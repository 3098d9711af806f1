/** What people have to see to, in the summary of the yard, and what the page is told has changed. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Attention, Patch } from '../../../src/contract/view.ts'
import { TURN_MS } from '../../../src/yard/views/live-view.ts'
import { asAgent, claimOf, COORDINATOR, endCommand } from '../../support/plan-builder.ts'
import { BAD, MAIL, syncCommand } from '../../support/mail.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
  const edits = [
    { key: 'members.back.executor', value: '"shell"' },
    { key: 'members.qa.pilot', value: 'true' },
    { key: 'members.ada.person', value: 'true' },
  ]
  await bench.client.page.configure({ scope: 'project', edits })
  await bench.client.task.add({ id: 'api', title: 'Write the API', exec: 'true' })
})
afterEach(() => bench.close())

const attention = async (): Promise<Attention[]> => (await bench.view.summary()).attention
const mail = async () => (await bench.view.summary()).mail

it('has messages to people and to members that people drive, until they are closed', async () => {
  const toAda = await bench.client.message.send({ to: ['ada'], text: 'Hello\nAda', task: 'api' })
  bench.clock.advance(1000)
  await bench.client.message.send({ to: ['qa', 'back'], text: 'Try it' })
  expect(await attention()).toMatchObject([
    { kind: 'message', task: null, message: { recipient: 'qa', text: 'Try it' } },
    {
      kind: 'message',
      task: 'api',
      reason: 'Hello Ada',
      message: { id: toAda.id, from: 'ada', recipient: 'ada', asksDecision: false },
    },
  ])
  expect(await mail()).toEqual({ open: 3, dead: 0 })
  const notice = { type: 'delivery.notice', number: 1, nextAt: null, isLast: false } as const
  for (const { message } of await attention())
    await bench.run({ ...notice, id: `${message?.id}>${message?.recipient}` }, COORDINATOR)
  expect((await attention()).map(({ message }) => message?.notices)).toEqual([1, 1])
  await bench.client.message.ack({ id: toAda.id, for: 'ada' })
  expect(await attention()).toMatchObject([{ message: { recipient: 'qa' } }])
})

it('has a dead letter with why, until it is dropped or sent anew', async () => {
  const { id } = await bench.client.message.send({ to: ['task:api'], text: 'Do it' })
  for (let number = 1; number <= 3; number++) {
    await bench.run({ type: 'agents.claim', claims: [claimOf('api', number)] }, COORDINATOR)
    const [agent] = bench.test.yard.plan.agents.values()
    const end = endCommand(
      number,
      agent?.generation ?? 0,
      { exit: { code: 1, signal: null } },
      { mail: MAIL },
    )
    bench.clock.advance(1000)
    await bench.run(end, COORDINATOR)
    if (number < 3) await bench.client.task.retry({ id: 'api' })
    bench.clock.advance(3_600_000)
  }
  expect(await attention()).toContainEqual(
    expect.objectContaining({
      kind: 'dead-letter',
      reason: expect.stringContaining('it exited with 1'),
      message: expect.objectContaining({ id, recipient: 'task:api' }),
    }),
  )
  expect(await mail()).toMatchObject({ dead: 1 })
  await bench.client.message.drop({ id })
  expect(await mail()).toMatchObject({ dead: 0 })
  expect((await attention()).filter(({ kind }) => kind === 'dead-letter')).toEqual([])
})

it('leaves a question to the task that waits for its answer', async () => {
  await bench.run({ type: 'agents.claim', claims: [claimOf('api', 1)] }, COORDINATOR)
  await bench.clientOf(asAgent(1, 'api')).task.ask({ id: 'api', text: 'Blue or red?', to: 'ada' })
  const end = endCommand(1, 1, { exit: { code: 0, signal: null } })
  await bench.run(end, COORDINATOR)
  const kinds = (await attention()).map(({ kind }) => kind)
  expect(kinds).toEqual(['answer'])
})

it('tells which answers are old: messages, members, jobs', async () => {
  const patches = bench.view.follow()
  await patches.next()
  const next = async (): Promise<Patch> => {
    const patch = patches.next()
    bench.clock.advance(TURN_MS)
    return (await patch).value as Patch
  }
  await bench.client.message.send({ to: ['back'], text: 'Hello' })
  const sent = await next()
  expect(sent.topics.toSorted()).toEqual(['members', 'messages'])
  expect(sent.summary?.mail.open).toBe(1)
  await bench.client.task.edit({ id: 'api', title: 'Another' })
  expect((await next()).topics).toEqual([])
  const config = join(bench.test.yard.paths.root, '.yard/config.toml')
  writeFileSync(
    config,
    '[members.back]\nexecutor = "shell"\n[jobs.nightly]\nmember = "back"\nmessage = "Look"\nschedule = "07:00"\n',
  )
  await bench.client.service.reload({})
  const told = patches.next()
  bench.clock.advance(1000)
  expect(((await told).value as Patch).topics.toSorted()).toEqual(['jobs', 'members'])
  await bench.client.job.run({ name: 'nightly' })
  expect((await next()).topics).toContain('jobs')
})

it('has the time of a member’s next turn on the agenda, which is no task to be opened', async () => {
  await bench.run(syncCommand('back'), COORDINATOR)
  await bench.client.message.send({ to: ['back'], text: 'Do it' })
  await bench.run({ type: 'agents.claim', claims: [claimOf('@back', 1)] }, COORDINATOR)
  await bench.run(endCommand(1, 1, BAD, { endedAt: bench.clock.now(), mail: MAIL }), COORDINATOR)
  const agenda = await bench.client.page.agenda({ until: '2030-01-01T00:00:00Z' })
  expect(agenda).toMatchObject([{ kind: 'back-off', task: null, title: 'Messages to back' }])
  expect(Date.parse(agenda[0]?.at ?? '') - bench.clock.now()).toBe(MAIL.retryAfterMs)
})

it('asks what becomes of a task that keeps failing, for as long as that is a question', async () => {
  const escalateTo = { name: 'person', kind: 'person' } as const
  for (let number = 1; number <= 2; number++) {
    await bench.run({ type: 'agents.claim', claims: [claimOf('api', number)] }, COORDINATOR)
    const [agent] = bench.test.yard.plan.agents.values()
    bench.clock.advance(1000)
    const end = endCommand(number, agent?.generation ?? 0, BAD, { mail: MAIL, escalateTo })
    await bench.run(end, COORDINATOR)
    if (number === 1) await bench.client.task.retry({ id: 'api' })
    bench.clock.advance(3_600_000)
  }
  const asked = (await attention()).find(({ kind }) => kind === 'message')
  expect(asked).toMatchObject({
    task: 'api',
    message: { from: 'yard', recipient: 'person', kind: 'question', asksDecision: true },
  })
  await bench.client.task.abandon({ id: 'api' })
  expect(await attention()).toEqual([])
})
