/** Results of real agent CLIs that real agent CLIs judge, on both wires: each ending of a gate. */
import { execa } from 'execa'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { startMock } from './real-agents.ts'
import { makeRealYard, ROOT, type RealYard } from './real-yard.ts'

const RUN_MS = 180_000

let mock: MockLlm
let place: RealYard
beforeAll(async () => {
  mock = await startMock()
  place = await makeRealYard(mock.url)
  await configure('models.roles.evaluator=plain')
}, 900_000)
afterAll(async () => {
  await mock.close()
  await place.remove()
})

const yard = (...words: string[]) =>
  execa(process.execPath, [join(ROOT, 'src/cli/index.ts'), ...words, '--dir', place.root], {
    env: place.env,
    reject: false,
  })

/** One word each for config, as `KEY=VALUE`. */
async function configure(...words: readonly string[]): Promise<void> {
  for (const word of words) {
    const [key = '', value = ''] = word.split('=')
    const set = await yard('config', key, value)
    expect(set.stderr).toBe('')
  }
}

interface Wish {
  readonly id: string
  readonly worker: 'claude' | 'codex'
  readonly says: string
  readonly gate?: string
  /** Does the same again at each try. */
  readonly isSame?: boolean
}

/** Runs one task to rest and gives what the yard says of it then. */
async function run({ id, worker, says, gate = '0.7', isSame = false }: Wish) {
  const redo = isSame ? '' : ` redo="echo better >> ${id}.txt"`
  const task = {
    id,
    title: `Write ${id}`,
    description: `[[mock:judge id=${id} says=${says}${redo}]] [[mock:tool cmd="echo done > ${id}.txt" text="Written."]]`,
    executor: worker,
    model: worker === 'claude' ? null : 'plain',
    gate,
  }
  const graph = join(place.root, '..', `${id}.jsonl`)
  await writeFile(graph, `${JSON.stringify(task)}\n`)
  const ran = await yard('run', graph)
  const shown = await yard('show', id, '--json')
  return {
    code: (await yard('wait', id)).exitCode,
    told: `${ran.stdout}\n${ran.stderr}`,
    task: JSON.parse(shown.stdout) as {
      state: string
      attempts: number
      evaluation: { status: string; reason: string | null; judge: { executor: string } | null }
    },
  }
}

const PAIRS = [
  ['claude', 'codex'],
  ['codex', 'claude'],
] as const

describe.each(PAIRS)('%s works, %s judges', (worker, judge) => {
  beforeAll(() => configure(`judging.executor=${judge}`, 'judging.patience=1h'), RUN_MS)

  it('passes', { timeout: RUN_MS }, async () => {
    const { code, task } = await run({ id: `pass-${worker}`, worker, says: '0.9' })
    expect({ code, task }).toMatchObject({
      code: 0,
      task: {
        state: 'done',
        score: expect.closeTo(0.9),
        gate: { mode: 'gated', threshold: 0.7, source: 'task' },
        evaluation: { status: 'scored', passed: true, judge: { executor: judge }, looks: 1 },
      },
    })
  })

  it('goes back with the notes, and passes', { timeout: RUN_MS }, async () => {
    const { code, task } = await run({ id: `again-${worker}`, worker, says: '0.4,0.9' })
    expect({ code, task }).toMatchObject({ code: 0, task: { state: 'done', attempts: 1 } })
    const told = mock.requests.map(({ body }) => JSON.stringify(body)).join('\n')
    expect(told).toContain('it was worth 0.4')
  })

  it('fails to the end', { timeout: RUN_MS }, async () => {
    const { code, task } = await run({ id: `fail-${worker}`, worker, says: '0.4' })
    expect({ code, task }).toMatchObject({
      code: 1,
      task: { state: 'failed', failure: { class: 'gate' } },
    })
    expect((await yard('wait', `fail-${worker}`)).exitCode).toBe(1)
  })

  it('keeps the score of the same work', { timeout: RUN_MS }, async () => {
    const wish = { id: `same-${worker}`, worker, says: '0.4,0.95', isSame: true }
    const { task } = await run(wish)
    expect(task).toMatchObject({ state: 'failed', score: expect.closeTo(0.4) })
  })

  it('is asked again for what does not fit', { timeout: RUN_MS }, async () => {
    const { code, task } = await run({ id: `repair-${worker}`, worker, says: 'broken,0.8' })
    expect({ code, task }).toMatchObject({ code: 0, task: { state: 'done' } })
  })

  it('is held after two that do not fit', { timeout: RUN_MS }, async () => {
    const { code, task } = await run({ id: `broken-${worker}`, worker, says: 'broken' })
    expect({ code, task }).toMatchObject({
      code: 1,
      task: { state: 'waiting', evaluation: { status: 'unscored' } },
    })
    expect(task.evaluation.reason).toContain('did not fit twice')
    const approved = await yard('approve', `broken-${worker}`, '--note', 'I looked')
    expect({ code: approved.exitCode, told: approved.stderr }).toMatchObject({ code: 0 })
    expect((await yard('wait', `broken-${worker}`)).exitCode).toBe(0)
  })

  it('is held where the judge is silent', { timeout: RUN_MS }, async () => {
    await configure('judging.timeout=10s')
    const { code, task } = await run({ id: `silent-${worker}`, worker, says: 'hang' })
    await configure('judging.timeout=5m')
    expect({ code, task }).toMatchObject({ code: 1, task: { state: 'waiting' } })
    expect(task.evaluation.reason).toContain('no answer within 10 s')
  })

  it(
    'is held where the judge sleeps for longer than it is waited for',
    { timeout: RUN_MS },
    async () => {
      await configure('judging.patience=0')
      const { code, task } = await run({ id: `asleep-${worker}`, worker, says: 'quota:20' })
      await configure('judging.patience=1h')
      expect({ code, task }).toMatchObject({ code: 1, task: { state: 'waiting' } })
      expect(task.evaluation.reason).toContain('sleeps')
    },
  )

  it('is held once judging has used its day', { timeout: RUN_MS }, async () => {
    await configure('judging.day_tokens=1')
    const { code, task } = await run({ id: `poor-${worker}`, worker, says: '0.9' })
    await yard('config', '--unset', 'judging.day_tokens')
    expect({ code, task }).toMatchObject({ code: 1, task: { state: 'waiting' } })
    expect(task.evaluation.reason).toContain('used up')
  })
})

it('leaves no secret in the folder of a judgement', { timeout: RUN_MS }, async () => {
  const found = await execa(
    'grep',
    ['-rlE', 'y(at|ot|ps)_', join(place.root, '.yard/judgements')],
    {
      reject: false,
    },
  )
  expect(found.stdout).toBe('')
  const sent = await readFile(join(place.root, '.yard/judgements/judge-1/prompt.md'), 'utf8')
  expect(sent).toContain('pass-claude')
  expect(sent).not.toContain('not-a-real-token')
})
