import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'
import { readExit } from '../../../../src/agents/process/stage-files.ts'

let place: TestYard
beforeEach(async () => void (place = await openTestYard()))
afterEach(() => place.close())

it('without a service reports the agents that this very command has settled', async () => {
  await place.yard(['add', 'A', '--id', 'a', '--exec', 'until [ -e go ]; do sleep 0.05; done'])
  await place.yard(['service', 'start'])
  await expect.poll(() => place.json(['agents', '--working'])).toMatchObject([{ id: 'agent-1' }])
  const { pid } = (await place.json(['service', 'status'])) as { pid: number }
  process.kill(pid, 'SIGKILL')
  writeFileSync(join(place.folder, 'go'), '')
  const folder = join(place.folder, '.yard', 'agents', 'agent-1')
  await expect.poll(() => readExit(folder)).toMatchObject({ code: 0 })
  expect(await place.json(['dead-agents'])).toMatchObject({
    dead: [{ id: 'agent-1', task: 'a', status: 'ended', outcome: 'done' }],
    forgotten: [],
  })
  expect(await place.json(['dead-agents'])).toEqual({ dead: [], forgotten: [] })
})
