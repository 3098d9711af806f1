/** What is saved of a plan whose database was emptied, as far as judgements go. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fold } from '../../support/fold-journal.ts'
import { createManualClock, START_AT } from '../../support/manual-clock.ts'
import { openMemoryStore } from '../../support/memory-store.ts'
import { createBench, taskId } from '../../support/plan-builder.ts'
import { judgement, JUDGE, recordInto, recorderOf } from '../../support/recorded-evaluations.ts'
import { salvagePlan } from '../../../src/yard/backup/lost-database.ts'
import { openPageBench } from '../page-client.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'yard-salvage-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('judgements that lived are asked on, and those that had ended since are over', async () => {
  const [base, file] = [join(folder, 'base.db'), join(folder, 'saved.db')]
  const about = { taskId: taskId('a') }
  await recordInto(base, (recorder) => {
    recorder.add('a')
    for (const number of [1, 2]) recorder.asked(judgement(number, about))
  })
  const memory = await openMemoryStore()
  const recorder = recorderOf(memory)
  recorder.add('a')
  const asked = { kind: 'asked', since: START_AT } as const
  recorder.asked(judgement(2, { ...about, judge: JUDGE, state: asked }))
  recorder.asked(judgement(4, about))
  expect(await salvagePlan(memory.plan, { base, file, at: START_AT + 5 })).toEqual({
    ok: true,
    value: undefined,
  })
  const { plan, store, close } = await openMemoryStore(file)
  expect([...plan.judgements.values()].map(({ id, state }) => `${id} ${state.kind}`)).toEqual([
    'judge-2 asked',
    'judge-4 queued',
  ])
  const rows = store.judging.judgements({ limit: 9 }).toReversed()
  expect(rows[0]?.state).toMatchObject({ kind: 'ended', outcome: 'unanswered' })
  expect(rows).toEqual([...(fold(store.journal(0, 99)).get('judgement')?.values() ?? [])])
  close()
  memory.close()
})

it('its journal tells tasks and agents whole that the backup did not know', async () => {
  const file = join(folder, 'saved.db')
  const bench = createBench()
  bench.add('a')
  bench.claim('a', 1)
  const saved = await salvagePlan(bench.plan, { base: null, file, at: START_AT })
  expect(saved).toMatchObject({ ok: true })
  const { plan, store, close } = await openMemoryStore(file)
  const told = fold(store.journal(0, 99))
  expect([...(told.get('task')?.values() ?? [])]).toEqual([...plan.tasks.values()])
  expect([...(told.get('agent')?.values() ?? [])]).toEqual([...plan.agents.values()])
  close()
})

it('a number that has left its folder is not given again', async () => {
  const prepare = async (path: string): Promise<void> => {
    await recordInto(path, (recorder) => recorder.asked(judgement(3)))
    for (const name of ['judge-41', 'judge-7', 'judge-x'])
      mkdirSync(join(dirname(path), 'judgements', name), { recursive: true })
  }
  const bench = await openPageBench(createManualClock(), { prepare })
  expect(bench.test.yard.plan.lastJudgementNumber).toBe(41)
  await bench.close()
})
