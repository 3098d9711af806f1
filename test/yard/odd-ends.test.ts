/** Ends of agents that nobody expects: none may hang a task, brick the yard, or speak for another agent. */
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import { restoreBackup } from '../../src/yard/backup/backups.ts'
import { addTask, isOver, makeRealPlace, PERSON, untilTask, type RealPlace } from './real-place.ts'

const id = (text: string): TaskId => text as TaskId

describe('odd ends', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())

  it('an agent that wrecks its own folder is settled, and the yard opens again', async () => {
    const yard = await place.open()
    const wreck = `cd '${place.paths.agents}'/agent-1 && rm -f stderr.log && mkdir stderr.log; exit 3`
    await addTask(yard, { id: id('wreck'), title: 'Wreck', exec: wreck })
    const task = await untilTask(yard, 'wreck', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'exit', exitCode: 3 } })
    await yard.close()
    await (await place.open({ runsAgents: false })).close()
  })

  it('a folder that is too long to look at fails the task and nothing else', async () => {
    const yard = await place.open()
    const repo = `/tmp/${'a'.repeat(300)}`
    const refused = await yard.dispatch(
      { type: 'task.add', task: { title: 'Far', exec: 'true', repo }, nextFireAt: null },
      PERSON,
    )
    expect(refused).toMatchObject({ ok: false, error: { kind: 'bad-request' } })
    await yard.close()
  })

  it('a backup that is put back does not let old folders speak for new agents', async () => {
    const first = await place.open()
    const backup = await first.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    await addTask(first, { id: id('one'), title: 'One', exec: 'true' })
    await untilTask(first, 'one', isOver)
    await first.close()
    const restored = await restoreBackup(
      { paths: place.paths, dataFolder: place.dataFolder, at: 1 },
      backup.value,
    )
    expect(restored.ok).toBe(true)
    const second = await place.open()
    await addTask(second, { id: id('other'), title: 'Other', exec: 'touch other-ran' })
    await untilTask(second, 'other', isOver)
    expect(existsSync(join(place.paths.root, 'other-ran'))).toBe(true)
    expect(second.store.agents({ which: 'all' }).map((agent) => agent.id)).toEqual(['agent-2'])
    await second.close()
  })

  it('a number that was forgotten is never given again', async () => {
    const first = await place.open()
    await addTask(first, { id: id('one'), title: 'One', exec: 'true' })
    await untilTask(first, 'one', isOver)
    await first.forget(['agent-1' as AgentId], PERSON)
    expect(existsSync(join(place.paths.agents, 'agent-1'))).toBe(false)
    await first.close()
    const second = await place.open()
    expect(second.nextAgentId()).toBe('agent-2')
    await second.close()
  })

  it('a folder that is there already is never run in', async () => {
    const yard = await place.open()
    await mkdir(join(place.paths.agents, 'agent-1'))
    await writeFile(join(place.paths.agents, 'agent-1', 'exit.json'), '{"code":0,"signal":null}')
    await addTask(yard, { id: id('late'), title: 'Late', exec: 'touch late-ran', maxAttempts: 1 })
    const task = await untilTask(yard, 'late', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'launch' } })
    expect(existsSync(join(place.paths.root, 'late-ran'))).toBe(false)
    await yard.close()
    await rm(join(place.paths.agents, 'agent-1'), { recursive: true })
  })
})
