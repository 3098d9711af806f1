import { expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { addCommand, claimOf, taskId } from '../../support/plan-builder.ts'
import { openPageBench } from '../page-client.ts'

it('a task that was opened again took what its tries worked, now and as it stood', async () => {
  const bench = await openPageBench(createManualClock())
  try {
    const id = taskId('a')
    const hold = async (number: number, ms: number): Promise<void> => {
      await bench.run({ type: 'task.take', claim: claimOf('a', number), workplaceCwd: '/x' })
      bench.clock.advance(ms)
      await bench.client.task.complete({ id })
    }
    await bench.run(addCommand(id))
    await hold(1, 60_000)
    bench.clock.advance(3_600_000)
    await bench.run({ type: 'task.reopen', id })
    await hold(2, 5000)
    const told = { id, fact: '1m 05s', workedMs: 65_000 }
    expect((await bench.client.service.snapshot()).tasks).toMatchObject([told])
    const at = new Date(bench.clock.now()).toISOString()
    expect((await bench.client.page.moment({ at })).tasks).toMatchObject([told])
  } finally {
    await bench.close()
  }
})
