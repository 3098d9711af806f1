/** A backup is put back while agents live, or the yard is copied under them: nothing runs twice at once, and nobody else's is touched. */
import Database from 'better-sqlite3'
import fs, { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, writeFile } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, TaskId } from '../../../src/domain/ids.ts'
import { restoreDatabase } from '../../../src/store/restore.ts'
import { makeBackup, restoreBackup } from '../../../src/yard/backup/backups.ts'
import { confirmTrust } from '../../../src/yard/access/trust.ts'
import { createToken, revokeToken } from '../../../src/yard/fleet/tokens.ts'
import type { Yard } from '../../../src/yard/yard.ts'
import { isRunning } from '../../agents/process/stages.ts'
import { eventually } from '../../support/eventually.ts'
import {
  addTask,
  copyOf,
  isOver,
  makeRealPlace,
  PERSON,
  untilTask,
  type RealPlace,
} from '../real-place.ts'

/** Says so when it is not alone, notes each run with its pid, and ends when it is let go or asked to. */
const EXEC =
  "mkdir busy || echo twice >>twice; trap 'rmdir busy; exit 1' TERM; echo $$ >>runs; until [ -e go ]; do sleep 0.05; done; rmdir busy"

describe('a backup that is put back', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())

  const inRoot = (name: string): string => join(place.paths.root, name)
  const pids = (): number[] => readFileSync(inRoot('runs'), 'utf8').trim().split('\n').map(Number)
  const parts = (killAgents = false) => ({
    paths: place.paths,
    dataFolder: place.dataFolder,
    at: 1,
    killAgents,
  })
  const atWork = (yard: Yard, agent: string): Promise<unknown> =>
    eventually(() => {
      expect(yard.plan.agents.get(agent as AgentId)?.state.kind).toBe('working')
      expect(pids()).toHaveLength(Number(agent.slice('agent-'.length)))
    })

  /** A task that had not begun when the backup was made, and whose agent lives. */
  async function underWay(): Promise<string> {
    const yard = await place.open()
    await yard.dispatch({ type: 'yard.pause' }, PERSON)
    await addTask(yard, { id: 'one' as TaskId, title: 'One', exec: EXEC })
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    await yard.dispatch({ type: 'yard.resume' }, PERSON)
    await atWork(yard, 'agent-1')
    await yard.close()
    return backup.value
  }

  it('is refused while an agent is at work, which is named', async () => {
    const backup = await underWay()
    const before = readFileSync(place.paths.db)
    const refused = await restoreBackup(parts(), backup)
    expect(refused).toMatchObject({ ok: false, error: { kind: 'in-use' } })
    expect(!refused.ok && refused.error.message).toContain('agent-1 (one)')
    expect(!refused.ok && refused.error.hint).toContain('yard restore --kill-agents')
    expect(readFileSync(place.paths.db).equals(before)).toBe(true)
    expect(await Promise.all(pids().map(isRunning))).toEqual([true])
    await writeFile(inRoot('go'), '')
    const yard = await place.open()
    expect((await untilTask(yard, 'one', isOver)).state.kind).toBe('done')
    await yard.close()
  })

  it('brings no revoked token back to life', async () => {
    const yard = await place.open()
    const input = { name: 'laptop', kind: 'daemon', expires: 'never' } as const
    const made = await createToken(yard, { ...input, as: [], roles: [], repos: [] }, PERSON)
    if (!made.ok) throw new Error(made.error.message)
    const { token, id } = made.value
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    expect(yard.fleet.access.admit('x', token).ok).toBe(true)
    await revokeToken(yard, { id }, PERSON)
    await yard.close()
    expect((await restoreBackup(parts(), backup.value)).ok).toBe(true)
    const again = await place.open()
    expect(again.fleet.access.admit('x', token).ok).toBe(false)
    expect(again.store.mail.tokens()).toMatchObject([{ id, revokedAt: expect.any(Number) }])
    await again.close()
  })

  it('ends the agents first when asked to, and names what starts again', async () => {
    const backup = await underWay()
    const restored = await restoreBackup(parts(true), backup)
    expect(restored).toMatchObject({ ok: true, value: { ended: ['agent-1'], again: ['one'] } })
    expect(await Promise.all(pids().map(isRunning))).toEqual([false])
    const yard = await place.open()
    await yard.dispatch({ type: 'yard.resume' }, PERSON)
    await atWork(yard, 'agent-2')
    await writeFile(inRoot('go'), '')
    expect((await untilTask(yard, 'one', isOver)).state.kind).toBe('done')
    expect(existsSync(inRoot('twice'))).toBe(false)
    await yard.close()
  })

  it('by whatever hand: an agent that it does not know is ended before anything starts', async () => {
    const backup = await underWay()
    const by = { db: place.paths.db, ownerDb: place.paths.service.ownerDb, at: 1 }
    expect((await restoreDatabase(by, backup)).ok).toBe(true)
    const yard = await place.open()
    expect(await Promise.all(pids().map(isRunning))).toEqual([false])
    expect(
      yard
        .recentErrors()
        .map(({ text }) => text)
        .join(),
    ).toContain('agent-1')
    await yard.dispatch({ type: 'yard.resume' }, PERSON)
    await atWork(yard, 'agent-2')
    await writeFile(inRoot('go'), '')
    expect((await untilTask(yard, 'one', isOver)).state.kind).toBe('done')
    expect(existsSync(inRoot('twice'))).toBe(false)
    await yard.close()
  })

  it('is refused when it is empty, of something else, or of a newer program', async () => {
    const file = (name: string): string => join(place.home, name)
    await writeFile(file('empty.db'), '')
    const other = new Database(file('other.db'))
    other.exec('CREATE TABLE task (id TEXT)')
    other.close()
    const yard = await place.open()
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    await yard.close()
    await cp(backup.value, file('newer.db'))
    const newer = new Database(file('newer.db'))
    newer.pragma('user_version = 9999')
    newer.close()
    const before = readFileSync(place.paths.db)
    for (const [name, why] of [
      ['empty.db', 'it is empty'],
      ['other.db', 'it is a database of something else'],
      ['newer.db', 'a newer Yardmaster made it'],
    ] as const) {
      const refused = await restoreBackup(parts(), file(name))
      expect(refused).toMatchObject({ ok: false, error: { kind: 'io' } })
      expect(!refused.ok && refused.error.message).toContain(why)
    }
    expect(readFileSync(place.paths.db).equals(before)).toBe(true)
  })

  it('is left as it was, with nothing beside it', async () => {
    const yard = await place.open()
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    await yard.close()
    const folder = dirname(backup.value)
    const before = readdirSync(folder)
    const bytes = readFileSync(backup.value)
    expect((await restoreBackup(parts(), null)).ok).toBe(true)
    expect(readdirSync(folder)).toEqual(before)
    expect(readFileSync(backup.value).equals(bytes)).toBe(true)
  })

  it('takes along what an earlier program left beside it when it makes room', async () => {
    const yard = await place.open()
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    for (const suffix of ['-wal', '-shm']) await writeFile(backup.value + suffix, '')
    const { store } = yard
    const how = { store, dataFolder: place.dataFolder, root: place.paths.root, keep: 1 }
    const newer = await makeBackup({ ...how, at: Date.now() + 60_000 })
    expect(readdirSync(dirname(backup.value))).toEqual([newer.ok && basename(newer.value)])
    await yard.close()
  })

  it('is on the disk before it takes the place of the old one', async () => {
    const yard = await place.open()
    const backup = await yard.backup()
    if (!backup.ok) throw new Error(backup.error.message)
    await yard.close()
    const { steps, stop } = watchDisk()
    try {
      expect((await restoreBackup(parts(), backup.value)).ok).toBe(true)
    } finally {
      stop()
    }
    expect(steps).toEqual([
      'fsync yard.db.restoring',
      'rename yard.db.restoring yard.db',
      'fsync .yard',
    ])
  })
})

/** The real calls, in their order, that put the new database on the disk. */
function watchDisk(): { readonly steps: string[]; stop(): void } {
  const steps: string[] = []
  const { fsyncSync, renameSync, openSync } = fs
  const opened = new Map<number, string>()
  fs.openSync = (path, ...more) => {
    const fd = openSync(path, ...more)
    opened.set(fd, basename(String(path)))
    return fd
  }
  fs.fsyncSync = (fd) => {
    steps.push(`fsync ${opened.get(fd)}`)
    fsyncSync(fd)
  }
  fs.renameSync = (from, to) => {
    steps.push(`rename ${basename(String(from))} ${basename(String(to))}`)
    renameSync(from, to)
  }
  syncBuiltinESMExports()
  return {
    steps,
    stop() {
      Object.assign(fs, { fsyncSync, renameSync, openSync })
      syncBuiltinESMExports()
    },
  }
}

describe('a yard that is copied while its agents live', () => {
  let place: RealPlace
  beforeEach(async () => void (place = await makeRealPlace()))
  afterEach(() => place.remove())

  it('settles them as lost once it is trusted, and touches none of their processes', async () => {
    const root = (name: string): string => join(place.paths.root, name)
    const first = await place.open()
    await addTask(first, { id: 'one' as TaskId, title: 'One', exec: EXEC, maxAttempts: 1 })
    await eventually(() => expect(readFileSync(root('runs'), 'utf8')).toMatch(/\d\n/))
    await untilTask(first, 'one', () => first.plan.agents.get('agent-1' as AgentId)?.pid != null)
    await first.close()
    const pid = Number(readFileSync(root('runs'), 'utf8'))
    const foreign = join(place.home, 'foreign')
    await cp(place.paths.root, foreign, { recursive: true })
    const paths = copyOf(foreign)
    confirmTrust({ paths, dataFolder: place.dataFolder })
    const copy = await place.open({ paths })
    const task = await untilTask(copy, 'one', isOver)
    expect(task.state).toMatchObject({ kind: 'failed', failure: { class: 'lost' } })
    expect(await copy.backup()).toMatchObject({ ok: true })
    await copy.close()
    const restored = await restoreBackup({ paths, dataFolder: place.dataFolder, at: 1 }, null)
    expect(restored).toMatchObject({ ok: true, value: { ended: [] } })
    expect(await isRunning(pid)).toBe(true)
    const again = await place.open()
    await writeFile(root('go'), '')
    expect((await untilTask(again, 'one', isOver)).state.kind).toBe('done')
    await again.close()
    expect(existsSync(root('twice'))).toBe(false)
  })
})
