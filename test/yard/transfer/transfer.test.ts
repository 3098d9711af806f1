import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TaskId } from '../../../src/domain/ids.ts'
import { derivedMessageId } from '../../../src/domain/messages/derived-id.ts'
import { isStanding } from '../../../src/domain/messages/standing.ts'
import { definitionOf } from '../../../src/domain/task.ts'
import type { FolderFile } from '../../../src/domain/moving/transfer.ts'
import { readFolder } from '../../../src/graph-file/folder.ts'
import { isOfAgentweave, readAgentweave } from '../../../src/graph-file/moving/read-agentweave.ts'
import { isOfWorkgraph, readWorkgraph } from '../../../src/graph-file/moving/read-workgraph.ts'
import type { Move } from '../../../src/graph-file/moving/source.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { createYardClient } from '../../../src/yard/handlers/router.ts'
import { createLiveView } from '../../../src/yard/views/live-view.ts'
import { openTestYard } from '../../headless/served-yard.ts'
import { PERSON } from '../../support/plan-builder.ts'
import { openPageBench, type PageBench } from '../page-client.ts'

const FIXTURES = resolve(import.meta.dirname, '../../fixtures/moving')

const READERS = {
  agentweave: (files: readonly FolderFile[]) => readAgentweave(files, { isStarted: false }),
  workgraph: readWorkgraph,
}
type Format = keyof typeof READERS

async function fixture(format: Format): Promise<Move> {
  const wants = format === 'agentweave' ? isOfAgentweave : isOfWorkgraph
  const read = await readFolder(join(FIXTURES, format, `.${format}`), wants)
  if (!read.ok) throw new Error(read.error.message)
  const yml = join(FIXTURES, 'agentweave/agentweave.yml')
  const beside = { path: 'agentweave.yml', text: readFileSync(yml, 'utf8') }
  return READERS[format](format === 'agentweave' ? [...read.value.files, beside] : read.value.files)
}

const benches: PageBench[] = []
beforeEach(() => void (benches.length = 0))
afterEach(() => Promise.all(benches.map((bench) => bench.close())))
const open = async (): Promise<PageBench> => {
  const bench = await openPageBench()
  benches.push(bench)
  return bench
}

const send = ({ client }: PageBench, { tasks, messages, config }: Move) =>
  client.transfer.import({ tasks: [...tasks], messages: [...messages], config: [...config] })

/** What was exported, as it would be read again: below the state folder, and what stands beside it. */
async function exported({ client }: PageBench, format: Format): Promise<Move> {
  const { files } = await client.transfer.export({ format })
  return READERS[format](
    files.map(({ path, text }) => ({ path: path.replace(`.${format}/`, ''), text })),
  )
}

/** All of a yard that moves, without what only this yard knows. */
function contentOf({ test: { yard } }: PageBench) {
  const own = [...yard.plan.tasks.values()].filter(({ id }) => !isStanding(id))
  const tasks = own.map((task) => ({
    ...definitionOf(task),
    id: task.id,
    held: task.held,
    state: task.state.kind,
    after: [...yard.plan.blockersOf(task.id)].toSorted(),
    log: yard.store.logOf(task.id).map(({ text }) => text),
    artifacts: yard.store.artifactsOf(task.id).map(({ artifact }) => artifact),
  }))
  const deliveries = [...yard.plan.deliveries.values()].map((delivery) => ({
    ...delivery,
    noticeAt: null,
    text: yard.store.mail.message(delivery.messageId)?.message.text,
  }))
  const { members, jobs, executors, models, coordinator } = yard.config().settings
  return { tasks, deliveries, settings: { members, jobs, executors, models, coordinator } }
}

describe.each(['agentweave', 'workgraph'] as const)('a folder of %s', (format) => {
  it('is imported, exported, and imported again: equal', async () => {
    const [first, second] = [await open(), await open()]
    const move = await fixture(format)
    expect(move.faults).toEqual([])
    const reply = await send(first, move)
    expect(reply.ids).toHaveLength(move.tasks.length)
    const out = await exported(first, format)
    expect(out.faults).toEqual([])
    await send(second, out)
    expect(contentOf(second)).toEqual(contentOf(first))
    const [one, two] = [out, await exported(second, format)]
    expect({ ...two, left: null, placeOf: null }).toEqual({ ...one, left: null, placeOf: null })
  })

  it('starts nothing, and has one effect however often it is imported', async () => {
    const bench = await open()
    await send(bench, await fixture(format))
    const before = contentOf(bench)
    expect((await bench.client.task.list({ status: 'ready,in-progress' })).length).toBe(0)
    const config = readFileSync(bench.test.yard.paths.config, 'utf8')
    const again = await send(bench, await fixture(format))
    expect(again).toMatchObject({ ids: [], messages: [], config: [] })
    expect(again.known).toBeGreaterThan(0)
    expect(contentOf(bench)).toEqual(before)
    expect(readFileSync(bench.test.yard.paths.config, 'utf8')).toBe(config)
  })

  it('starts no agent where agents are started', async () => {
    const test = await openTestYard()
    try {
      const { yard } = test
      const host = { url: () => null, pageUrl: () => null, stop: () => {} }
      const view = createLiveView(yard, systemClock)
      const client = createYardClient({ yard, host, view, actor: PERSON })
      const { tasks, messages, config } = await fixture(format)
      await client.transfer.import({
        tasks: [...tasks],
        messages: [...messages],
        config: [...config],
      })
      for (let round = 0; round < 3; round++) await yard.coordinator.tick()
      expect([...yard.plan.agents.keys()]).toEqual([])
      expect(yard.store.agents({ which: 'all' })).toEqual([])
    } finally {
      await test.close()
    }
  })

  it('is not imported at all where one task cannot be', async () => {
    const bench = await open()
    const { tasks } = await fixture(format)
    const [taken] = tasks
    await bench.client.task.add({ id: taken?.task.id ?? '', title: 'Mine', paused: true })
    const before = [contentOf(bench), readFileSync(bench.test.yard.paths.config, 'utf8')]
    const refused = await send(bench, await fixture(format)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ data: { kind: 'id-taken', facts: { faults: [{ index: 0 }] } } })
    expect([contentOf(bench), readFileSync(bench.test.yard.paths.config, 'utf8')]).toEqual(before)
  })

  it('says what is there when the config could not be written, and adds the rest when asked again', async () => {
    const bench = await open()
    const { paths } = bench.test.yard
    const text = readFileSync(paths.config, 'utf8')
    // It can be read, as if it were empty, and is never written over.
    rmSync(paths.config)
    symlinkSync('/dev/null', paths.config)
    const refused = await send(bench, await fixture(format)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ data: { kind: 'io', hint: expect.stringContaining('again') } })
    expect(contentOf(bench).tasks.length).toBeGreaterThan(0)
    rmSync(paths.config)
    writeFileSync(paths.config, text)
    const again = await send(bench, await fixture(format))
    expect(again.ids).toEqual([])
    expect(again.config.length).toBeGreaterThan(0)
  })
})

describe('work that was delegated there', () => {
  it('has its end told to who asked for it, unless it had ended before', async () => {
    const bench = await open()
    const move = await fixture('agentweave')
    const delegated = move.messages.find(({ kind }) => kind === 'delegation')
    if (!delegated) throw new Error('the folder holds no delegation')
    const ended = move.tasks.find(({ end }) => end !== null)?.task.id ?? null
    const late = { ...delegated, id: derivedMessageId(1, 'late'), task: ended }
    await send(bench, { ...move, messages: [...move.messages, late] })
    const { plan } = bench.test.yard
    expect(delegated.task && plan.tasks.get(delegated.task as TaskId)?.delegation).toEqual({
      messageId: delegated.id,
      from: delegated.from,
      isTold: false,
      hops: 0,
    })
    expect(plan.tasks.get(ended as TaskId)?.delegation).toBeUndefined()
  })
})

describe('what is said here already', () => {
  it('stays as it is, and is told', async () => {
    const bench = await open()
    await bench.test.yard.configure('project', [
      { key: 'coordinator.max_agents', value: '2' },
      { key: 'executors.deploy-agent', value: '{ type = "command", command = ["deploy"] }' },
    ])
    const { left } = await send(bench, await fixture('workgraph'))
    expect(left.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'config coordinator.max_agents, which is said otherwise here',
        'config executors.deploy-agent, which is said otherwise here',
      ]),
    )
    const { settings } = bench.test.yard.config()
    expect(settings.coordinator.maxAgents).toBe(2)
    expect(settings.executors['deploy-agent']?.type).toBe('command')
  })

  it('is for people: an agent may do neither', async () => {
    const bench = await open()
    const agent = bench.clientOf({
      kind: 'agent',
      agentId: 'agent-1' as never,
      taskId: 'a' as never,
      generation: 1,
      subtasks: 'own',
      maxSubtasks: 10,
    })
    await expect(agent.transfer.export({ format: 'workgraph' })).rejects.toThrow('agent-1')
    await expect(agent.transfer.import({ tasks: [], messages: [], config: [] })).rejects.toThrow(
      'agent-1',
    )
  })
})
