/** Two whole yards with their coordinators, over one remote in memory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import type { Client } from '../../../src/cli/connect/owner.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import { createLiveView, type LiveView } from '../../../src/yard/views/live-view.ts'
import { openTestYard, type TestYard } from '../../headless/served-yard.ts'
import { machineOn, must } from '../../support/mail-machines.ts'
import { createManualClock, type ManualClock } from '../../support/manual-clock.ts'
import { createMemoryRemote } from '../../support/memory-mail-git.ts'
import { settled } from '../../support/memory-store.ts'

interface Place {
  readonly test: TestYard
  readonly view: LiveView
  readonly client: Client
}

let clock: ManualClock
let anna: Place
let ben: Place

async function open(remote: ReturnType<typeof createMemoryRemote>, name: string): Promise<Place> {
  const { mail } = machineOn(remote, name, { clock, members: ['dev'] })
  const test = await openTestYard({ clock, transport: async () => ok(mail) })
  const { yard } = test
  const view = createLiveView(yard, clock)
  const host = { url: () => null, pageUrl: () => null, stop: () => {} }
  const client = createYardClient({ yard, host, view, actor: { kind: 'person', name: null } })
  must(
    await yard.configure('project', [
      { key: 'members.dev.executor', value: 'manual' },
      { key: 'transport.machine', value: name },
      { key: 'transport.type', value: 'git' },
    ]),
  )
  return { test, view, client }
}

beforeEach(async () => {
  clock = createManualClock()
  const remote = createMemoryRemote()
  anna = await open(remote, 'anna')
  ben = await open(remote, 'ben')
})
afterEach(async () => {
  for (const { test, view } of [anna, ben]) {
    view.close()
    await test.close()
  }
})

/** Seconds, with all that they set off. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000)
    for (let turn = 0; turn < 10; turn += 1) await settled()
  }
}

it('a delegation is a task over there, and its end is told here, once', async () => {
  const { id } = await anna.client.message.send({
    to: ['dev@ben'],
    kind: 'delegation',
    text: 'Build the parser\nwith tests',
  })
  await pass(30)
  expect(await anna.client.message.get({ id })).toMatchObject({
    deliveries: [{ recipient: 'dev@ben', state: 'closed', how: 'sent' }],
  })
  const [task] = await ben.client.task.list({})
  expect(task).toMatchObject({ title: 'Build the parser', status: 'open' })
  await ben.client.task.complete({ id: task?.id ?? '' })
  await pass(60)
  const came = (await anna.client.message.list({})).filter(({ from }) => from === 'yard@ben')
  expect(came).toMatchObject([
    { to: ['person'], replyTo: id, text: expect.stringMatching(/Build the parser.* is done/) },
  ])
})

it('a question to a member that one machine alone has comes back as an answer', async () => {
  await pass(30)
  const asked = await anna.client.message.send({ to: ['dev@ben'], kind: 'question', text: 'why?' })
  await pass(30)
  await ben.client.message.reply({ id: asked.id, text: 'because' })
  await pass(30)
  expect((await anna.client.message.list({ to: 'person' }))[0]).toMatchObject({
    text: 'because',
    replyTo: asked.id,
    from: 'person@ben',
  })
  for (const { client } of [anna, ben])
    expect(await client.transport.status()).toMatchObject({ outbox: 0, problem: null })
})
