/** Which tasks ask for an identity, and what a lane tells of a try's triage: over the real rules and store. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { asAgent, claimOf, COORDINATOR } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const add = (id: string, identity?: string) =>
  bench.client.task.add({ id, title: id, exec: 'true', ...(identity ? { identity } : {}) })

it('names the tasks that ask for it, by name or by the beginning of its id, the newest first', async () => {
  const { id } = await bench.client.identity.get({ id: 'Careful Programmer' })
  await add('by-name', 'careful programmer')
  bench.clock.advance(1000)
  await add('by-id', id.slice(0, 6))
  await add('other', 'Fast Tester')
  await add('nobody')
  expect(await bench.client.identity.tasks({ id: id.slice(0, 8) })).toEqual([
    { id: 'by-id', title: 'by-id', state: 'ready' },
    { id: 'by-name', title: 'by-name', state: 'ready' },
  ])
  await bench.client.task.edit({ id: 'by-id', identity: null })
  expect(await bench.client.identity.tasks({ id })).toMatchObject([{ id: 'by-name' }])
})

it('goes by what a name means now: a file of the yard takes it over', async () => {
  const shipped = await bench.client.identity.get({ id: 'Careful Programmer' })
  await add('a', 'Careful Programmer')
  const folder = join(bench.test.yard.paths.root, '.yard/identities')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'own.toml'),
    'role = "programmer"\ntradeoff = "careful"\nname = "Careful Programmer"\ndescription = "ours"\n',
  )
  const own = await bench.client.identity.get({ id: 'Careful Programmer' })
  expect(own.id).not.toBe(shipped.id)
  expect(await bench.client.identity.tasks({ id: own.id })).toMatchObject([{ id: 'a' }])
  expect(await bench.client.identity.tasks({ id: shipped.id })).toEqual([])
})

it('is not for agents, and knows no other names', async () => {
  await add('a')
  await bench.run({ type: 'agents.claim', claims: [claimOf('a', 1)] }, COORDINATOR)
  const agent = bench.clientOf(asAgent(1, 'a'))
  expect(await failureOf(agent.identity.tasks({ id: 'Careful Programmer' }))).toMatchObject({
    kind: 'not-allowed',
  })
  expect(await failureOf(bench.client.identity.tasks({ id: 'Nobody' }))).toMatchObject({
    kind: 'unknown-identity',
  })
})

it('tells the kinds that can be named', async () => {
  const { settings } = await bench.client.service.status()
  expect(settings['kinds']).toContain('docs')
})
