/** When `run` and `wait` are over, by what the cards say of landings and conflicts. */
import { expect, it } from 'vitest'
import { createRestWatch, type LiveGraph } from '../../../../src/cli/commands/run/rest-watch.ts'
import type { Client } from '../../../../src/cli/connect/owner.ts'
import type { TaskCard } from '../../../../src/contract/view.ts'
import { cardOf, summaryOf } from '../../../support/scripted-host.ts'

/** None of these graphs needs an answer of the host. */
const client = { service: { executors: async () => [] } } as unknown as Client

const endingOf = (...cards: readonly TaskCard[]) => {
  const tasks = new Map(cards.map((card) => [card.id, card]))
  const graph = { tasks, agents: new Map(), summary: summaryOf() } as unknown as LiveGraph
  return createRestWatch(client).endingOf(graph, null)
}
type Ended = TaskCard['status'] & TaskCard['state']
const x = (status: Ended, landing: TaskCard['landing']): TaskCard =>
  cardOf('x', { status, state: status, ...(landing && { landing }) })
const merge = (id: string, status: Ended): TaskCard =>
  cardOf(id, { status, state: status, mergeFor: 'x' })

it.each<[string, readonly TaskCard[]]>([
  ['a result is being landed', [x('done', 'queued')]],
  ['a conflict is settled and its landing goes on', [x('done', 'conflict'), merge('m', 'done')]],
])('is not over while %s', async (_, cards) => {
  expect(await endingOf(...cards)).toBeNull()
})

it.each<[string, readonly TaskCard[]]>([
  ['its task has failed since', [x('failed', 'conflict'), merge('m', 'done')]],
  ['its task was abandoned', [x('abandoned', 'conflict'), merge('m', 'done')]],
  ['its merge was given up', [x('done', 'conflict'), merge('m', 'abandoned')]],
  [
    'a newer merge is open for a person',
    [x('done', 'conflict'), merge('m', 'done'), merge('m-2', 'failed')],
  ],
  ['it was refused', [x('done', 'refused')]],
])('is over with a conflict when %s', async (_, cards) => {
  expect(await endingOf(...cards)).not.toBeNull()
})

it('is over when what is left waits for another orchestrator to claim it', async () => {
  const asked: string[] = []
  const host = {
    service: { executors: async () => [{ name: 'bots', type: 'external' }] },
    task: {
      why: async ({ id }: { id: string }) => {
        asked.push(id)
        return { waitsFor: [{ kind: 'person' }] }
      },
    },
  } as unknown as Client
  const card = cardOf('deploy', { status: 'open', state: 'ready', executor: 'bots' })
  const graph = { tasks: new Map([['deploy', card]]), agents: new Map(), summary: summaryOf() }
  const ending = await createRestWatch(host).endingOf(graph as unknown as LiveGraph, null)
  expect(ending?.stuck).toEqual(['deploy'])
  expect(asked).toEqual(['deploy'])
})
