import { expect, it } from 'vitest'
import { createManualClock } from '../../support/manual-clock.ts'
import { addCommand, taskId } from '../../support/plan-builder.ts'
import { openPageBench } from '../page-client.ts'

it('a draft is one only until it is published for the first time; a pause makes none', async () => {
  const bench = await openPageBench(createManualClock())
  try {
    const id = taskId('a')
    const fact = async (): Promise<string | null | undefined> => {
      const card = (await bench.client.service.snapshot()).tasks.find((each) => each.id === 'a')
      expect(card?.isDraft).toBe(card?.reason?.code === 'draft')
      expect((await bench.client.task.get({ id: 'a' })).isDraft).toBe(card?.isDraft)
      return card?.fact
    }
    await bench.run(addCommand('a', { paused: true }))
    expect(await fact()).toBe('Draft')
    await bench.run({ type: 'task.publish', id, only: true })
    await bench.run({ type: 'task.hold', id })
    expect(await fact()).toBe('Paused')
    await bench.run({ type: 'task.release', id })
    // Its publishing is taken back, not paused.
    await bench.run({ type: 'task.hold', id, asDraft: true })
    expect(await fact()).toBe('Draft')
    await bench.run(addCommand('b'))
    await bench.run({ type: 'task.hold', id: taskId('b') })
    const { tasks } = await bench.client.service.snapshot()
    expect(tasks.find((card) => card.id === 'b')?.fact).toBe('Paused')
  } finally {
    await bench.close()
  }
})
