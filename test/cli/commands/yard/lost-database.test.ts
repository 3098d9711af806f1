/** A database that is deleted, emptied or replaced: noticed, told with the way back, and nothing that was done is lost with it. */
import {
  copyFileSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isAlive } from '../../../support/is-alive.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
let db: string
beforeEach(async () => {
  place = await openTestYard()
  db = join(place.folder, '.yard', 'yard.db')
})
afterEach(() => place.close())

const backups = (): string[] => {
  const all = join(place.env['XDG_DATA_HOME'] ?? '', 'yard', 'backups')
  return readdirSync(all).flatMap((name) => readdirSync(join(all, name)))
}
const taskStates = async (): Promise<string[]> =>
  ((await place.json(['list'])) as { id: string; status: string }[]).map(
    ({ id, status }) => `${id} ${status}`,
  )
/** The words of the command that the error names. */
const wayOut = (err: string): string[] => {
  const named = /yard (restore \S+\.db)/.exec(err)?.[1]
  if (named === undefined) throw new Error(`no way out is named: ${err}`)
  return named.split(' ')
}

describe('a yard whose database is gone', { timeout: 120_000 }, () => {
  it.each([
    ['deleted', () => rmSync(db)],
    ['emptied', () => truncateSync(db)],
  ])(
    '(%s) is no yard without tasks: every command fails and names the backup',
    async (_how, lose) => {
      await place.yard(['add', 'One', '--id', 'one', '--executor', 'manual'])
      expect(backups()).toHaveLength(1)
      lose()
      for (const words of [['list'], ['watch'], ['run']]) {
        const { code, err } = await place.yard(words)
        expect(code).toBe(1)
        expect(err).toContain('the database of this yard is gone')
      }
      const { err } = await place.yard(['list'])
      expect((await place.yard(wayOut(err))).code).toBe(0)
      expect(await taskStates()).toEqual(['one open'])
    },
  )

  it('and that has no backup begins anew by init alone', async () => {
    rmSync(db)
    expect(await place.yard(['list'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('yard init'),
    })
    expect((await place.yard(['init'])).code).toBe(0)
    expect(await taskStates()).toEqual([])
  })
})

describe('a living owner', { timeout: 120_000 }, () => {
  it.each([
    ['is deleted', () => rmSync(db)],
    ['is replaced', () => [copyFileSync(db, `${db}.new`), renameSync(`${db}.new`, db)]],
    ['has its log deleted', () => rmSync(`${db}-wal`)],
  ])('whose database %s stops, says so, and keeps what it held', async (_how, lose) => {
    writeFileSync(join(place.folder, '.yard', 'config.toml'), '[coordinator]\npoll_interval = 1\n')
    await place.yard(['service', 'start'])
    const exec = 'echo ran >> runs; until [ -e go ]; do sleep 0.05; done'
    await place.yard(['add', 'A', '--id', 'a', '--exec', exec])
    await expect.poll(() => place.json(['agents', '--working'])).toMatchObject([{ id: 'agent-1' }])
    const { pid } = (await place.json(['service', 'status'])) as { pid: number }
    await place.yard(['add', 'B', '--id', 'b', '--executor', 'manual'])
    lose()
    await expect.poll(() => isAlive(pid)).toBe(false)
    const log = readFileSync(join(place.folder, '.yard', 'service', 'service.log'), 'utf8')
    const backup = /"backup":"([^"]+)"/.exec(log)?.[1] ?? ''
    expect(log).toContain('the database is gone')
    expect(await place.yard(['restore', backup])).toMatchObject({
      code: 4,
      err: expect.stringContaining('agent-1 (a)'),
    })
    writeFileSync(join(place.folder, 'go'), '')
    await expect.poll(async () => (await place.yard(['restore', backup])).code).toBe(0)
    await place.yard(['service', 'start'])
    await expect.poll(taskStates).toEqual(['a done', 'b open'])
    expect(readFileSync(join(place.folder, 'runs'), 'utf8')).toBe('ran\n')
  })

  it.each([1, 3])('whose database is emptied keeps its plan (backups = %i)', async (kept) => {
    const config = `[coordinator]\npoll_interval = 1\n[store]\nbackups = ${kept}\n`
    writeFileSync(join(place.folder, '.yard', 'config.toml'), config)
    for (const id of ['one', 'old'])
      await place.yard(['add', id, '--id', id, '--executor', 'manual'])
    await place.yard(['add', 'Last', '--id', 'last', '--after', 'old', '--executor', 'manual'])
    expect(backups()).toHaveLength(1)
    await place.yard(['service', 'start'])
    const { pid } = (await place.json(['service', 'status'])) as { pid: number }
    const exec = 'echo ran >> runs; until [ -e go ]; do sleep 0.05; done'
    await place.yard(['add', 'Two', '--id', 'two', '--after', 'one', '--exec', exec])
    await place.yard(['edit', 'last', '--remove-after', 'old'])
    await place.yard(['remove', 'old'])
    await place.yard(['done', 'one'])
    await expect.poll(() => place.json(['agents', '--working'])).toMatchObject([{ task: 'two' }])
    truncateSync(db)
    await expect.poll(() => isAlive(pid)).toBe(false)
    expect((await place.yard(['list'])).err).toContain('yard restore')
    writeFileSync(join(place.folder, 'go'), '')
    await expect.poll(async () => (await place.yard(['restore'])).code).toBe(0)
    await place.yard(['service', 'start'])
    await expect.poll(taskStates).toEqual(['one done', 'last open', 'two done'])
    expect(readFileSync(join(place.folder, 'runs'), 'utf8')).toBe('ran\n')
  })

  it('is restored from the newest backup that is sound', async () => {
    await place.yard(['add', 'One', '--id', 'one', '--executor', 'manual'])
    const all = join(place.env['XDG_DATA_HOME'] ?? '', 'yard', 'backups')
    const folder = join(all, readdirSync(all)[0] ?? '')
    writeFileSync(join(folder, 'yard-2999-01-01T00-00-00-000Z.db'), 'half a backup')
    rmSync(db)
    expect(await place.yard(['restore'])).toMatchObject({ code: 0 })
    expect(await taskStates()).toEqual(['one open'])
  })
})
