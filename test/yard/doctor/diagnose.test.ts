import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardPaths, type YardPaths } from '../../../src/config/paths.ts'
import type { DoctorItem } from '../../../src/contract/service.ts'
import { loadCertificate } from '../../../src/fleet/certificate.ts'
import { diagnose } from '../../../src/yard/doctor/diagnose.ts'
import { filesPatient, type OwnerFinding, type Patient } from '../../../src/yard/doctor/patient.ts'
import { initYard } from '../../../src/yard/init-yard.ts'

let folder: string
let paths: YardPaths
let env: Record<string, string>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yard-doctor-'))
  env = { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_DATA_HOME: join(folder, 'data') }
  const root = join(folder, 'project')
  const made = await initYard(root, join(folder, 'data', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  paths = yardPaths(root)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const NOBODY: OwnerFinding = { kind: 'none', leftPid: null }
const OTHER = {
  kind: 'other',
  pid: 77,
  version: '1',
  isCommand: false,
  answers: true,
  heartbeatAgeMs: 0,
} as const

async function look(more: Partial<Patient> = {}, isNetwork = false): Promise<DoctorItem[]> {
  const patient = filesPatient({ paths, env, version: '1', owner: NOBODY, isNetwork })
  return diagnose({ ...patient, ...more })
}
const configure = (text: string): void => writeFileSync(paths.config, `${text}\n`)
const levels = (items: readonly DoctorItem[]): Record<string, string> =>
  Object.fromEntries(items.map(({ id, level }) => [id, level]))

describe('a diagnosis', () => {
  it('of a yard that is well says so of what is there, and no more', async () => {
    configure('[coordinator]\nexecutor = "shell"')
    expect(levels(await look())).toEqual({
      'yard.found': 'ok',
      'yard.trust': 'ok',
      'store.integrity': 'ok',
      'store.disk': 'ok',
      'owner.lock': 'ok',
      'config.valid': 'ok',
      'executor.shell': 'ok',
      'message.dead': 'ok',
      'git.version': 'ok',
    })
  })

  it.each([
    [1_000_000_000, 'ok'],
    [999_999_999, 'warn'],
    [99_999_999, 'fail'],
  ])('of %i free bytes is %s', async (bytes, level) => {
    expect(levels(await look({ freeBytes: () => bytes }))['store.disk']).toBe(level)
  })

  it.each([
    [9_999, 'ok'],
    [10_000, 'warn'],
    [20_000, 'fail'],
    [null, 'warn'],
  ])('of an owner whose loop last ran %s ms ago is %s', async (heartbeatAgeMs, level) => {
    const items = await look({ owner: { ...OTHER, heartbeatAgeMs } })
    expect(levels(items)).toMatchObject({ 'owner.heartbeat': level, 'owner.version': 'ok' })
  })

  it('names an owner of another version, and one that does not say who it is', async () => {
    expect(levels(await look({ owner: { ...OTHER, version: '0' } }))['owner.version']).toBe('warn')
    const nameless = levels(await look({ owner: { ...OTHER, pid: null } }))
    expect(nameless['owner.lock']).toBe('warn')
    expect(nameless['owner.heartbeat']).toBeUndefined()
  })

  it('fails of a damaged database, and leaves it as it is', async () => {
    const bytes = readFileSync(paths.db)
    bytes.fill(0xff, 4096, bytes.length)
    writeFileSync(paths.db, bytes)
    expect(levels(await look())['store.integrity']).toBe('fail')
    writeFileSync(paths.db, 'no database at all, but long enough to be taken for one')
    expect(levels(await look())['store.integrity']).toBe('fail')
    rmSync(paths.db)
    expect(levels(await look())['store.integrity']).toBe('fail')
  })

  it('goes on when one look fails', async () => {
    const broken = (): never => {
      throw new Error('no such call')
    }
    const items = await look({ freeBytes: broken })
    expect(levels(items)).toMatchObject({ 'store.disk': 'warn', 'config.valid': 'ok' })
  })
})

describe('a diagnosis of the configuration', () => {
  it('names file and line of what is broken, and goes on', async () => {
    configure('[jobs.nightly]\nmember = "nobody"\nmessage = "x"\nschedule = "09:00"')
    const line = readFileSync(paths.config, 'utf8').split('\n').indexOf('member = "nobody"') + 1
    const items = await look()
    expect(levels(items)).toMatchObject({
      'config.valid': 'fail',
      'job.nightly': 'fail',
      'git.version': 'ok',
    })
    expect(items.find(({ id }) => id === 'config.valid')?.text).toContain(`${paths.config}:${line}`)
  })

  it('looks at each member and job', async () => {
    configure(
      [
        '[members.dev]\nexecutor = "own"\n[executors.own]\ntype = "command"\ncommand = ["true"]',
        '[members.idle]\nexecutor = "shell"',
        '[members.away]\nexecutor = "gone"',
        '[members.pat]\nperson = true',
        '[executors.gone]\ntype = "command"\ncommand = ["no-such-program"]',
        '[jobs.nightly]\nmember = "dev"\nmessage = "x"\nschedule = "09:00"',
        '[jobs.never]\nmember = "dev"\nmessage = "x"\nschedule = "0 0 30 2 *"',
        '[jobs.resting]\nmember = "dev"\nmessage = "x"\nschedule = "09:00"\npaused = true',
      ].join('\n'),
    )
    expect(levels(await look())).toMatchObject({
      'config.valid': 'ok',
      'executor.gone': 'warn',
      'member.dev': 'ok',
      'member.idle': 'warn',
      'member.away': 'fail',
      'member.pat': 'ok',
      'job.nightly': 'ok',
      'job.never': 'fail',
      'job.resting': 'ok',
    })
  })

  it('looks at the remote of a git transport, and asks it only with --network', async () => {
    configure(`[transport]\ntype = "git"\nremote = "${folder}/nowhere.git"`)
    expect(levels(await look())['transport.remote']).toBe('fail')
    execFileSync('git', ['init', '--quiet', paths.root])
    expect(levels(await look())).toMatchObject({
      'transport.remote': 'ok',
      'transport.outbox': 'ok',
    })
    expect(levels(await look({}, true))['transport.remote']).toBe('fail')
    execFileSync('git', ['init', '--quiet', '--bare', `${folder}/nowhere.git`])
    expect(levels(await look({}, true))['transport.remote']).toBe('ok')
  })

  it('counts what was given up and what waits too long for other machines', async () => {
    configure('[transport]\ntype = "hub"\nurl = "https://hub.example"')
    const old = Date.now() - 2 * 3_600_000
    const mail = () => ({ dead: 2, outbox: 1, oldestAt: old })
    expect(levels(await look({ mail }))).toMatchObject({
      'message.dead': 'warn',
      'transport.outbox': 'warn',
    })
  })
})

describe('the way to a hub', () => {
  const remote = async (more: string, isNetwork = false) => {
    configure(`[transport]\ntype = "hub"\n${more}`)
    const { level, text } = (await look({}, isNetwork)).find(
      ({ id }) => id === 'transport.remote',
    ) ?? { level: 'none', text: '' }
    return [level, text]
  }

  it('is told of by its settings and the token file, and asked only over the network', async () => {
    expect(await remote('')).toEqual(['fail', expect.stringMatching(/transport\.url/)])
    const url = 'url = "https://127.0.0.1:9"'
    expect(await remote(url)).toEqual(['fail', expect.stringMatching(/transport\.token_file/)])
    const both = `${url}\ntoken_file = ".yard/hub.token"`
    expect(await remote(both)).toEqual(['fail', expect.stringMatching(/cannot be read: ENOENT/)])
    writeFileSync(join(paths.yard, 'hub.token'), `ymt_${'x'.repeat(43)}`, { mode: 0o600 })
    expect(await remote(both)).toEqual(['ok', expect.stringMatching(/not asked/)])
    expect(await remote(both, true)).toEqual(['fail', expect.stringMatching(/ECONNREFUSED/)])
  })
})

describe('the place for other machines', () => {
  const LISTEN = '[fleet]\nlisten = "127.0.0.1:7443"'

  it('is not spoken of where none is configured', async () => {
    expect(levels(await look())).not.toHaveProperty('door.listen')
  })

  it('says why it is closed, where it is served, and that a host is missing', async () => {
    configure(LISTEN)
    const said = async (more: Partial<Patient>) =>
      (await look(more)).find(({ id }) => id === 'door.listen')
    expect(await said({})).toMatchObject({ level: 'ok', text: expect.stringContaining('no host') })
    expect(await said({ owner: OTHER })).toMatchObject({ level: 'warn' })
    const taken = { url: null, problem: 'port 7443 is taken' }
    expect(await said({ endpoint: () => taken })).toMatchObject({
      level: 'fail',
      text: expect.stringContaining('port 7443 is taken'),
    })
    const url = 'https://127.0.0.1:7443'
    mkdirSync(dirname(paths.service.door), { recursive: true })
    writeFileSync(paths.service.door, JSON.stringify({ url, pin: null }))
    expect(await said({ owner: OTHER })).toMatchObject({
      level: 'ok',
      text: expect.stringContaining(url),
    })
  })

  it('has a certificate that is about to end, or has', async () => {
    configure(LISTEN)
    const place = { root: paths.root, file: paths.service.doorKey, now: Date.now() }
    await loadCertificate('auto', place)
    const levelIn = async (days: number) =>
      levels(await look({ now: () => Date.now() + days * 86_400_000 }))['door.certificate']
    expect(await levelIn(0)).toBe('ok')
    expect(await levelIn(3640)).toBe('warn')
    expect(await levelIn(3660)).toBe('fail')
  })
})
