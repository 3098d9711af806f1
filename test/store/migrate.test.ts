/**
 * From nothing and from every frozen database to the newest schema; never backwards, never half. `node test/migrations/freeze.ts` makes the
 * newest one anew, until its step is released.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrate } from '../../src/store/migrate.ts'
import { MIGRATIONS, type Migration } from '../../src/store/migrations.ts'
import { openStore } from '../../src/store/open-store.ts'
import { fold } from '../support/fold-journal.ts'
import { taskSchema } from '../../src/domain/task.ts'
import { agentSchema } from '../../src/domain/agent.ts'
import { evaluationSchema } from '../../src/domain/judging/evaluation.ts'
import { judgementSchema } from '../../src/domain/judging/judgement.ts'
import { deliverySchema, messageSchema } from '../../src/domain/messages/message.ts'
import { taskId } from '../support/plan-builder.ts'
import { START_AT } from '../support/manual-clock.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-migrate-'))
  path = join(folder, 'yard.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const frozen = (number: number): string =>
  join(import.meta.dirname, '..', 'migrations', `${String(number).padStart(4, '0')}.db`)
const thaw = (number = 1): void => copyFileSync(frozen(number), path)
const schemaOf = (file: string): unknown => {
  const db = new Database(file, { readonly: true })
  const all = db.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all()
  db.close()
  return all
}
const run = (file: string, sql: string): void => {
  const db = new Database(file)
  db.exec(sql)
  db.close()
}
const open = () => openStore({ path, at: START_AT })

const NEXT = MIGRATIONS.length + 1
const second: Migration = {
  number: NEXT,
  title: 'second',
  sql: 'CREATE TABLE extra (id TEXT) STRICT',
}
const broken: Migration = {
  number: NEXT,
  title: 'broken',
  sql: 'CREATE TABLE extra (id TEXT) STRICT; CREATE TABLE extra (id TEXT)',
}

describe('migrating', () => {
  it('has a frozen database for every released step', () => {
    for (const { number } of MIGRATIONS) expect(existsSync(frozen(number))).toBe(true)
  })

  it.each(MIGRATIONS.map(({ number }) => number))(
    'gives the same schema from nothing and from %i',
    async (number) => {
      const fresh = await open()
      if (fresh.ok) fresh.value.close()
      const expected = schemaOf(path)
      rmSync(path)
      thaw(number)
      const old = await open()
      expect(old.ok).toBe(true)
      if (old.ok) old.value.close()
      expect(schemaOf(path)).toEqual(expected)
    },
  )

  it.each(MIGRATIONS.map(({ number }) => number))(
    'reads all that stood in %i, by today’s words',
    async (number) => {
      thaw(number)
      const opened = await open()
      if (!opened.ok) throw new Error(opened.error.message)
      const { plan, store, close } = opened.value
      expect([...plan.tasks.values()].map((task) => `${task.id} ${task.state.kind}`)).toEqual([
        'a done',
        'b open',
        'c in-progress',
        ...(number < 6 ? [] : ['@back open']),
      ])
      for (const task of plan.tasks.values()) expect(taskSchema.parse(task)).toEqual(task)
      for (const agent of store.agents({ which: 'all' }))
        expect(agentSchema.parse(agent)).toEqual(agent)
      expect(plan.facts.paused).toBe(true)
      expect(plan.breakers.size).toBe(1)
      expect([...plan.blockersOf(taskId('b'))]).toEqual(['a'])
      expect(store.logOf(taskId('c')).map((line) => line.text)).toEqual(['a note'])
      expect(store.artifactsOf(taskId('c'))).toHaveLength(1)
      expect(store.replyOf('k1')).toEqual({ ids: [] })
      expect(fold(store.journal(0, 1000)).get('task')?.size).toBe(plan.tasks.size)
      expect([...opened.value.positions.all()]).toEqual(
        number < 2 ? [] : [['b', { x: 120, y: -40.5 }]],
      )
      close()
    },
  )

  it.each([
    [4, { judgements: [], living: [], last: 0, score: null, opinions: [] }],
    [
      5,
      {
        judgements: ['judge-3 ended', 'judge-2 queued', 'judge-1 ended'],
        living: ['judge-2'],
        last: 3,
        score: 0.75,
        opinions: [0.75],
      },
    ],
  ])('knows what was judged in %i', async (number, known) => {
    thaw(number)
    const opened = await open()
    if (!opened.ok) throw new Error(opened.error.message)
    const { plan, store, close } = opened.value
    const judgements = store.judging.judgements({ limit: 9 })
    const judged = store.judging.list({}, 9)
    expect({
      judgements: judgements.map(({ id, state }) => `${id} ${state.kind}`),
      living: [...plan.judgements.keys()],
      last: plan.lastJudgementNumber,
      score: plan.tasks.get(taskId('a'))?.evaluation?.score ?? null,
      opinions: judged.flatMap(({ opinions }) => opinions.map(({ score }) => score)),
    }).toEqual(known)
    for (const judgement of judgements) expect(judgementSchema.parse(judgement)).toEqual(judgement)
    for (const { evaluation } of judged)
      expect(evaluationSchema.parse(evaluation)).toEqual(evaluation)
    close()
  })

  it.each([
    [5, { messages: [], open: [], runs: [], tokens: [], peers: [] }],
    [6, { messages: ['open', 'read'], open: ['back'], runs: [1], tokens: ['t1'], peers: ['p1'] }],
  ])('knows what was sent in %i', async (number, known) => {
    thaw(number)
    const opened = await open()
    if (!opened.ok) throw new Error(opened.error.message)
    const { plan, store, close } = opened.value
    const stored = store.mail.messages({ limit: 9 })
    expect({
      messages: stored.map(({ message }) => message.text),
      open: [...plan.deliveries.values()].map(({ recipient }) => recipient),
      runs: [...plan.jobRuns.values()].map((run) => run.number),
      tokens: store.mail.tokens().map(({ id }) => id),
      peers: [...plan.peers.keys()],
    }).toEqual(known)
    for (const { message, deliveries } of stored) {
      expect(messageSchema.parse(message)).toEqual(message)
      for (const delivery of deliveries) expect(deliverySchema.parse(delivery)).toEqual(delivery)
    }
    close()
  })

  it('knows which figures of earlier agents are a lower bound', async () => {
    thaw(3)
    run(path, `UPDATE agent SET body = json_set(body, '$.usage', json('{"atLeast":true}'))`)
    const db = new Database(path)
    expect(migrate(db, { at: 1, copyPath: null }).ok).toBe(true)
    expect(db.prepare('SELECT at_least FROM spent').pluck().all()).toEqual([1])
    db.close()
  })

  it('lays a copy aside before the first step, and keeps it through a second try', () => {
    thaw()
    const copy = (version: number): string => join(folder, `before-${version}.db`)
    const db = new Database(path)
    expect(migrate(db, { at: 1, copyPath: copy, migrations: [...MIGRATIONS, second] }).ok).toBe(
      true,
    )
    db.close()
    const aside = new Database(copy(1), { readonly: true })
    expect(aside.pragma('user_version', { simple: true })).toBe(1)
    expect(aside.prepare('SELECT count(*) FROM task').pluck().get()).toBe(3)
    aside.close()
  })

  it('leaves a step that fails undone, and can be tried again', () => {
    thaw()
    const up = new Database(path)
    expect(migrate(up, { at: 1, copyPath: null }).ok).toBe(true)
    up.close()
    const before = schemaOf(path)
    const copyPath = (version: number): string => join(folder, `before-${version}.db`)
    const db = new Database(path)
    expect(() => migrate(db, { at: 1, copyPath, migrations: [...MIGRATIONS, broken] })).toThrow(
      'exists',
    )
    expect(db.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length)
    db.close()
    expect(schemaOf(path)).toEqual(before)
    const again = new Database(path)
    expect(migrate(again, { at: 2, copyPath, migrations: [...MIGRATIONS, second] }).ok).toBe(true)
    again.close()
  })

  it('makes no copy of a database that is new or up to date', async () => {
    const copies: number[] = []
    const copyPath = (version: number): string => {
      copies.push(version)
      return join(folder, `before-${version}.db`)
    }
    for (let i = 0; i < 2; i += 1) {
      const opened = await openStore({ path, at: START_AT, copyPath })
      if (opened.ok) opened.value.close()
    }
    expect(copies).toEqual([])
  })
})

describe('opening refuses', () => {
  it('a database of a newer program, and changes nothing in it', async () => {
    thaw()
    run(path, "PRAGMA user_version = 99; INSERT INTO migration VALUES (99, 'later', 1)")
    expect(await open()).toMatchObject({ ok: false, error: { kind: 'too-new' } })
    const db = new Database(path, { readonly: true })
    expect(db.prepare("SELECT value FROM meta WHERE key = 'owner_epoch'").pluck().get()).toBe('1')
    db.close()
  })

  it('a database whose version and list of steps do not agree', async () => {
    thaw()
    run(path, 'PRAGMA user_version = 0')
    expect(await open()).toMatchObject({ ok: false, error: { kind: 'io' } })
    thaw()
    run(path, 'DELETE FROM migration')
    expect(await open()).toMatchObject({
      ok: false,
      error: { kind: 'io', hint: expect.stringContaining('restore') },
    })
  })

  it('what is no database, and a folder that is not there', async () => {
    copyFileSync(import.meta.filename, path)
    expect(await open()).toMatchObject({ ok: false, error: { kind: 'io' } })
    expect(await openStore({ path: join(folder, 'no', 'yard.db'), at: 1 })).toMatchObject({
      ok: false,
      error: { kind: 'io' },
    })
  })
})
