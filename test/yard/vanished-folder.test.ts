/** The folder of an agent is taken away, or written to by the agent itself: its task runs once, and what cannot be known is said. */
import { readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { eventually } from '../support/eventually.ts'
import { isAlive } from '../support/is-alive.ts'
import { addTask, isOver, makeRealPlace, PERSON, untilTask, type RealPlace } from './real-place.ts'

const UNTIL_GO = 'until [ -e go ]; do sleep 0.05; done'

describe('the folder of an agent', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())

  const inRoot = (name: string): string => join(place.paths.root, name)
  const runs = (): string => readFileSync(inRoot('runs'), 'utf8')
  const add = (yard: Yard, exec: string, more: Partial<NewTask> = {}): Promise<void> =>
    addTask(yard, { id: 'one' as TaskId, title: 'One', exec, maxAttempts: 1, ...more })
  const isAtWork = (yard: Yard): Promise<unknown> =>
    eventually(() => {
      expect(yard.plan.agents.get('agent-1' as AgentId)?.state.kind).toBe('working')
      expect(runs()).toBe('ran\n')
    })

  it('is deleted by its task: that is lost, spends its attempt and does not run again', async () => {
    const yard = await place.open()
    await add(yard, `rm -rf '${place.paths.agents}/agent-1'; echo ran >>runs`)
    const task = await untilTask(yard, 'one', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
    expect(task.state.kind === 'failed' && task.state.failure.reason).toContain('vanished')
    expect(task.attempts).toBe(1)
    expect(runs()).toBe('ran\n')
    await yard.close()
  })

  it('is deleted with all others between two owners while it is at work: it goes on and is lost at its end', async () => {
    const first = await place.open()
    await add(first, `echo ran >>runs; ${UNTIL_GO}`)
    await isAtWork(first)
    await first.close()
    await rm(place.paths.agents, { recursive: true })
    const second = await place.open()
    await second.coordinator.tick()
    expect([...second.plan.agents.keys()]).toEqual(['agent-1'])
    await writeFile(inRoot('go'), '')
    await eventually(async () => {
      await second.coordinator.tick()
      expect([...second.plan.agents.keys()]).toEqual([])
    })
    const task = await untilTask(second, 'one', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
    expect(runs()).toBe('ran\n')
    await addTask(second, { id: 'next' as TaskId, title: 'Next', exec: 'true' })
    expect((await untilTask(second, 'next', isOver)).state.kind).toBe('done')
    await second.close()
  })

  it('holds an exit.json of the agent’s own making: it is at work until its supervisor says so', async () => {
    const forged = `'${place.paths.agents}'/agent-1/exit.json`
    const first = await place.open()
    await add(
      first,
      `echo '{"code":0,"signal":null}' >${forged}; echo ran >>runs; ${UNTIL_GO}; exit 3`,
    )
    await isAtWork(first)
    await first.coordinator.tick()
    expect([...first.plan.agents.keys()]).toEqual(['agent-1'])
    await first.close()
    const second = await place.open()
    expect([...second.plan.agents.keys()]).toEqual(['agent-1'])
    await writeFile(inRoot('go'), '')
    const task = await untilTask(second, 'one', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'exit', exitCode: 3 } })
    expect(runs()).toBe('ran\n')
    await second.close()
  })

  it('holds an exit.json of its own making when it is stopped: it is ended first, and counts as what ended it', async () => {
    const yard = await place.open()
    const pidFile = inRoot('program')
    await add(
      yard,
      `echo '{"code":0,"signal":null}' >'${place.paths.agents}'/agent-1/exit.json; echo $$ >'${pidFile}'; echo ran >>runs; trap '' TERM; ${UNTIL_GO}`,
    )
    await isAtWork(yard)
    const pid = Number(readFileSync(pidFile, 'utf8'))
    const seen: boolean[] = []
    const off = yard.onCommitted(() => {
      if (yard.plan.agents.size === 0) seen.push(isAlive(pid))
    })
    const stop = { type: 'agent.stop', agentId: 'agent-1' as AgentId, force: true } as const
    await yard.dispatch({ ...stop, reason: 'killed' }, PERSON)
    await eventually(() => expect([...yard.plan.agents.keys()]).toEqual([]))
    off()
    expect(seen[0]).toBe(false)
    expect(isAlive(pid)).toBe(false)
    const task = await untilTask(yard, 'one', ({ state }) => state.kind !== 'in-progress')
    expect(task).toMatchObject({ state: { kind: 'open' }, lastFailure: { class: 'killed' } })
    await yard.close()
  })

  it('holds an exit.json for its verify command, too: that is run all the same', async () => {
    const yard = await place.open()
    const folder = `'${place.paths.agents}'/agent-1/verify`
    const forge = `mkdir -p ${folder}; echo '{"code":0,"signal":null}' >${folder}/exit.json`
    await add(yard, forge, { verify: 'echo ran >>runs; exit 7' })
    const task = await untilTask(yard, 'one', isOver)
    expect(task.state.kind).toBe('failed')
    expect(runs()).toBe('ran\n')
    await yard.close()
  })
})
