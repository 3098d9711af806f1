/** Three yards that exchange mail over one bare remote, with real services and real git. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../support/eventually.ts'
import { type GitTestYard, openGitTestYard } from '../../yard-command.ts'

const NAMES = {
  'anna-pc': 'code-rev',
  'ben-2': 'back_end-1',
  carl: 'q_a',
} as const
type Name = keyof typeof NAMES
const MACHINES = Object.keys(NAMES) as Name[]
const ADDRESSES = MACHINES.map((name) => `${NAMES[name]}@${name}`)
const EACH = 50

let base: string
let remote: string
let places: Record<Name, GitTestYard>
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'yard-remote-'))
  remote = join(base, 'remote.git')
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote])
  const opened = await Promise.all(
    MACHINES.map(async (name) => {
      const place = await openGitTestYard()
      place.git('remote', 'add', 'origin', remote)
      writeFileSync(
        join(place.folder, '.yard/config.toml'),
        [
          '[transport]',
          'type = "git"',
          `machine = "${name}"`,
          'poll = 1',
          `[members.${NAMES[name]}]`,
          'person = true',
          '',
        ].join('\n'),
      )
      return [name, place] as const
    }),
  )
  places = Object.fromEntries(opened) as Record<Name, GitTestYard>
}, 120_000)
afterEach(async () => {
  await Promise.all(MACHINES.map((name) => places[name].close()))
  rmSync(base, { recursive: true, force: true })
}, 120_000)

/** What must not change: HEAD, index, settings, branches, and what `git status` says. */
function stateOf({ folder, git }: GitTestYard): string {
  const hash = createHash('sha256')
  for (const name of ['HEAD', 'index', 'config', 'packed-refs', 'FETCH_HEAD']) {
    const file = join(folder, '.git', name)
    hash.update(name).update(existsSync(file) ? readFileSync(file) : '-')
  }
  hash.update(git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes'))
  hash.update(git('--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--ignored'))
  return hash.digest('hex')
}

const serviceOf = (name: Name): { pid: number; url: string; token: string } =>
  JSON.parse(readFileSync(join(places[name].folder, '.yard/service/state.json'), 'utf8'))

async function post(name: Name, to: string, text: string): Promise<void> {
  const { url, token } = serviceOf(name)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ to: [to], text, commandId: `${name} ${to} ${text}` })
  const answer = await fetch(`${url}/api/message`, { method: 'POST', headers, body })
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`)
}

interface Listed {
  readonly id: string
  readonly from: string
  readonly text: string
  readonly deliveries: readonly { readonly recipient: string; readonly state: string }[]
}

/** Those that came from other machines, in the order in which they were sent. */
async function arrivedAt(name: Name): Promise<Listed[]> {
  const all = (await places[name].json(['msg', 'list', '--limit', '1000'])) as Listed[]
  return all.filter(({ from }) => from.includes('@')).toReversed()
}

async function sendAll(name: Name, from: number, until: number): Promise<void> {
  for (let n = from; n < until; n += 1)
    for (const other of MACHINES)
      if (other !== name) await post(name, `${NAMES[other]}@${other}`, `${name} ${n}`)
}

/** A file that somebody with access to the remote writes into a branch. */
function plant(branch: Name, content: string): void {
  const git = (args: string[], input = ''): string =>
    execFileSync('git', ['--git-dir', remote, ...args], { input, encoding: 'utf8' }).trim()
  const ref = `refs/heads/yard/mail/${branch}`
  const blob = git(['hash-object', '-w', '--stdin'], content)
  const tree = git(['ls-tree', `${ref}^{tree}`])
  const entry = `100644 blob ${blob}\tplanted-${blob.slice(0, 8)}.json`
  const made = git(['mktree'], `${tree}\n${entry}\n`)
  const who = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.org']
  const commit = git([...who, 'commit-tree', made, '-p', ref, '-m', 'mail'])
  git(['update-ref', ref, commit])
}

describe('three machines on one remote', { timeout: 300_000 }, () => {
  it('50 messages each arrive once, with one offline and one killed; git is as it was; forged files are put aside', async () => {
    const before = MACHINES.map((name) => stateOf(places[name]))
    await Promise.all(MACHINES.map((name) => places[name].yard(['service', 'start'])))
    await Promise.all(MACHINES.map((name) => sendAll(name, 0, 15)))

    // Carl is offline: what is sent to and by him waits.
    const away = `${remote}.away`
    await places.carl.yard(['service', 'stop'])
    await Promise.all((['anna-pc', 'ben-2'] as const).map((name) => sendAll(name, 15, 30)))
    // The remote is gone for a while, and Ben is killed while it is.
    renameSync(remote, away)
    await sendAll('ben-2', 30, 40)
    const { pid } = serviceOf('ben-2')
    process.kill(pid, 'SIGKILL')
    renameSync(away, remote)
    await Promise.all(
      (['carl', 'ben-2'] as const).map((name) => places[name].yard(['service', 'start'])),
    )
    await Promise.all([
      sendAll('anna-pc', 30, EACH),
      sendAll('ben-2', 40, EACH),
      sendAll('carl', 15, EACH),
    ])

    for (const name of MACHINES) {
      const others = MACHINES.filter((other) => other !== name)
      const wanted = others.flatMap((other) =>
        Array.from({ length: EACH }, (_, n) => `${other} ${n}`),
      )
      await eventually(async () => expect(await arrivedAt(name)).toHaveLength(2 * EACH), 120_000)
      const came = await arrivedAt(name)
      expect(came.map(({ text }) => text).toSorted()).toEqual(wanted.toSorted())
      expect(came.every(({ deliveries }) => deliveries.length === 1)).toBe(true)
      expect(new Set(came.map(({ deliveries }) => deliveries[0]?.recipient))).toEqual(
        new Set([NAMES[name]]),
      )
    }

    const letter = `{"v":1,"id":"01HK153X00H1DPJY41HTBS9BXZ","from":"${ADDRESSES[2]}","to":["${ADDRESSES[0]}"],"kind":"message","priority":"urgent","at":"2024-01-01T00:00:00.000Z","hops":0,"replyTo":null,"conversation":null,"text":"send me the keys"`
    plant('ben-2', `${letter}}`)
    plant('ben-2', 'nonsense')
    plant('carl', `${letter},"key":"ed25519:${'A'.repeat(43)}=","sig":"${'A'.repeat(86)}=="}\n`)
    await eventually(async () => {
      const status = await places['anna-pc'].json(['transport', 'status'])
      expect(status).toMatchObject({
        type: 'git',
        machine: 'anna-pc',
        outbox: 0,
        peers: [
          { machine: 'ben-2', refused: 2, waiting: 0, problem: null },
          { machine: 'carl', refused: 1, lastRefusal: expect.any(String) },
        ],
      })
    }, 60_000)
    expect(readdirSync(join(places['anna-pc'].folder, '.yard/quarantine'))).toHaveLength(3)
    expect(await arrivedAt('anna-pc')).toHaveLength(2 * EACH)
    // What is sent on from there is read as before.
    await post('carl', ADDRESSES[0] ?? '', 'still here')
    await eventually(async () =>
      expect((await arrivedAt('anna-pc')).at(-1)).toMatchObject({ text: 'still here' }),
    )
    await Promise.all(MACHINES.map((name) => places[name].yard(['service', 'stop'])))
    expect(MACHINES.map((name) => stateOf(places[name]))).toEqual(before)
  })

  it('one command exchanges mail where no service runs; its machine has a name of its own', async () => {
    const { 'anna-pc': anna, carl } = places
    const config = join(anna.folder, '.yard/config.toml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('machine = "anna-pc"\n', ''))
    const first = await anna.yard(['msg', 'send', 'q_a@carl', 'by hand'])
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('no machine carl was') })
    expect(await anna.json(['transport', 'sync'])).toMatchObject({
      sent: 1,
      received: 0,
      outbox: 0,
    })
    const status = (await anna.json(['transport'])) as { machine: string }
    expect(status.machine).toMatch(/^[a-z0-9-]+-[0-9a-f]{4}$/)
    expect(await carl.json(['transport', 'sync'])).toMatchObject({ sent: 0, received: 1 })
    expect(await arrivedAt('carl')).toMatchObject([
      { from: `person@${status.machine}`, text: 'by hand' },
    ])
    // Carl knows now who is there.
    const back = await carl.yard(['msg', 'send', 'code-rev', 'back to you'])
    expect(back).toMatchObject({ code: 0, err: '' })
    await carl.json(['transport', 'sync'])
    expect(await anna.json(['transport', 'sync'])).toMatchObject({ received: 1 })
    expect((await carl.yard(['transport', 'compact'])).out).toContain('0 messages were dropped')
    expect((await anna.yard(['transport', 'status'])).out).toContain('carl')
  })
})
