/** Branches of mail in real repositories: what is written where, and what stays as it was. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { openMailGit } from '../../../../src/agents/git/mail/mail-git.ts'
import {
  git,
  gitThat,
  must,
  mustFail,
  project,
  sandbox,
  type Sandbox,
  write,
} from '../git-sandbox.ts'

const { signal } = new AbortController()
let box: Sandbox
let remote: string
beforeEach(() => {
  box = sandbox()
  remote = join(box.home, 'remote.git')
  git(box.home, 'init', '-q', '--bare', '-b', 'main', remote)
  project(box)
  git(box.root, 'remote', 'add', 'origin', remote)
})

const guardOf = (name: string) => ({
  marker: 'yard',
  file: join(box.home, `${name}-settings.json`),
  isQuiet: () => true,
})

async function open(machine: string, root = box.root, at = 'origin') {
  const scratch = join(box.home, `scratch-${machine}`)
  mkdirSync(scratch, { recursive: true })
  const options = {
    root,
    guard: guardOf(machine),
    scratch,
    remote: at,
    branch: 'yard/mail',
    machine,
  }
  return must(await openMailGit(options))
}
type MailGit = Awaited<ReturnType<typeof open>>

const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text) })
async function append(mail: MailGit, ...added: ReturnType<typeof file>[]): Promise<string> {
  const parent = must(await mail.own())?.commit ?? null
  return must(await mail.write({ parent, added, kept: [], before: parent }))
}
const textsOf = async (mail: MailGit, ids: readonly string[]): Promise<string[]> =>
  [...must(await mail.read(ids, 64_000, signal)).values()].map(String)
const clone = (name: string): string => {
  git(box.home, 'clone', '-q', remote, name)
  return join(box.home, name)
}

/** All of `.git` but objects and what stands under `refs/yard`. */
function stateOf(root: string): string {
  const hash = createHash('sha256')
  for (const name of ['HEAD', 'index', 'config', 'packed-refs', 'FETCH_HEAD', 'ORIG_HEAD']) {
    const path = join(root, '.git', name)
    hash.update(name).update(existsSync(path) ? readFileSync(path) : '-')
  }
  hash.update(git(root, 'for-each-ref', 'refs/heads', 'refs/tags', 'refs/remotes'))
  hash.update(git(root, '--no-optional-locks', 'status', '--porcelain=v2', '--branch'))
  return hash.digest('hex')
}

describe('a branch of mail', () => {
  it('is written, pushed and read by another, and nothing of the checkout is touched', async () => {
    write(box.root, { 'half-done.txt': 'mine' })
    git(box.root, 'add', 'half-done.txt')
    write(box.root, { 'a.txt': 'changed\n', 'new.txt': 'untracked' })
    const before = stateOf(box.root)
    const anna = await open('anna-pc')
    const first = await append(anna, file('card.json', 'card'), file('01AA/one.json', 'one'))
    expect(must(await anna.push(first, null, signal))).toBe(true)
    const second = await append(anna, file('01AA/two.json', 'two'), file('01AB/three.json', 'ü\n'))
    expect(must(await anna.push(second, null, signal))).toBe(true)
    must(await anna.fetch(signal))
    expect(stateOf(box.root)).toBe(before)
    expect(git(remote, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/yard/mail/anna-pc')
    expect(git(remote, 'rev-list', '--count', 'yard/mail/anna-pc')).toBe('2')

    const ben = await open('ben', clone('ben'))
    const tips = must(await ben.fetch(signal))
    expect(tips).toMatchObject([{ machine: 'anna-pc', commit: second }])
    const all = must(await ben.changes(null, second, signal))
    expect(all.files).toHaveLength(4)
    const { isOnward, files } = must(await ben.changes(first, second, signal))
    expect(isOnward).toBe(true)
    expect(
      await textsOf(
        ben,
        files.map(({ id }) => id),
      ),
    ).toEqual(['two', 'ü\n'])
    expect(files.map(({ size }) => size)).toEqual([3, 3])
  })

  it('leaves the user’s branches and what follows the remote alone', async () => {
    const anna = await open('anna')
    must(await anna.push(await append(anna, file('card.json', 'card')), null, signal))
    const other = clone('other')
    git(other, 'update-ref', '-d', 'refs/remotes/origin/yard/mail/anna')
    const ben = await open('ben', other)
    must(await ben.fetch(signal))
    await append(ben, file('card.json', 'card of ben'))
    expect(
      git(other, 'for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes'),
    ).not.toMatch(/mail/)
    expect(git(other, 'for-each-ref', '--format=%(refname)', 'refs/yard').split('\n')).toEqual([
      'refs/yard/mail/ben/anna',
      'refs/yard/mail/ben/ben',
    ])
  })

  it('runs no hook', async () => {
    const hooks = ['pre-push', 'reference-transaction', 'post-update', 'pre-commit', 'post-commit']
    const ran = join(box.home, 'ran')
    for (const name of hooks) {
      write(box.root, { [`.git/hooks/${name}`]: `#!/bin/sh\necho ${name} >> '${ran}'\nexit 1\n` })
      chmodSync(join(box.root, '.git/hooks', name), 0o755)
    }
    const anna = await open('anna')
    expect(must(await anna.push(await append(anna, file('card.json', 'c')), null, signal))).toBe(
      true,
    )
    must(await anna.fetch(signal))
    expect(existsSync(ran)).toBe(false)
  })

  it('works in a bare repository and in a linked worktree', async () => {
    const linked = join(box.home, 'linked')
    git(box.root, 'worktree', 'add', '-q', '--detach', linked)
    const bare = join(box.home, 'bare.git')
    git(box.home, 'init', '-q', '--bare', bare)
    for (const [machine, root] of [
      ['linked', linked],
      ['bare', bare],
    ] as const) {
      const mail = await open(machine, root, remote)
      expect(
        must(await mail.push(await append(mail, file('card.json', machine)), null, signal)),
      ).toBe(true)
    }
    const anna = await open('anna')
    const tips = must(await anna.fetch(signal))
    expect(tips.map(({ machine }) => machine).toSorted()).toEqual(['bare', 'linked'])
  })

  it('is not written over: a push that would lose something says so', async () => {
    const anna = await open('anna')
    const commit = await append(anna, file('card.json', 'of the first'))
    must(await anna.push(commit, null, signal))
    const second = await open('anna', clone('second'))
    const other = await append(second, file('card.json', 'of the second'))
    expect(must(await second.push(other, null, signal))).toBe(false)
    expect(git(remote, 'rev-parse', 'yard/mail/anna')).toBe(commit)
    const there = must(await second.ownElsewhere(signal))
    expect(there?.commit).toBe(commit)
    expect(await textsOf(second, there?.files.map(({ id }) => id) ?? [])).toEqual(['of the first'])
  })

  it('begins anew where its machine says so, and others see that it did', async () => {
    const anna = await open('anna')
    const old = await append(anna, file('card.json', 'one'), file('01AA/x.json', 'x'))
    must(await anna.push(old, null, signal))
    const ben = await open('ben', clone('ben'))
    must(await ben.fetch(signal))
    const added = [file('card.json', 'two')]
    const anew = must(await anna.write({ parent: null, added, kept: [], before: old }))
    expect(must(await anna.push(anew, null, signal))).toBe(false)
    expect(must(await anna.push(anew, old, signal))).toBe(true)
    expect(must(await ben.fetch(signal))).toMatchObject([{ commit: anew }])
    const { isOnward, files } = must(await ben.changes(old, anew, signal))
    expect(isOnward).toBe(false)
    expect(
      await textsOf(
        ben,
        files.map(({ id }) => id),
      ),
    ).toEqual(['two'])
    const gone = must(await ben.changes('0'.repeat(39) + '1', anew, signal))
    expect(gone).toMatchObject({ isOnward: null, files: [{ isFile: true }] })
  })

  it('gives links, folders and large files as what they are', async () => {
    const anna = await open('anna')
    const other = clone('planter')
    git(other, 'checkout', '-q', '--orphan', 'x')
    write(other, { 'large.json': 'x'.repeat(70_000), 'deep/er/small.json': 'small' })
    symlinkSync('/etc/passwd', join(other, 'link'))
    git(other, 'add', '-A')
    git(other, 'commit', '-q', '-m', 'planted')
    git(other, 'push', '-q', 'origin', 'HEAD:refs/heads/yard/mail/planter')
    const [tip] = must(await anna.fetch(signal))
    const { files } = must(await anna.changes(null, tip?.commit ?? '', signal))
    expect(files.map(({ isFile, size }) => [isFile, size]).toSorted()).toEqual([
      [false, 0],
      [true, 5],
      [true, 70_000],
    ])
    const read = must(
      await anna.read(
        files.map(({ id }) => id),
        64_000,
        signal,
      ),
    )
    expect([...read.values()].map(String)).toContain('small')
    expect([...read.values()].every((bytes) => bytes.length < 64_000)).toBe(true)
  })
})

describe('trouble', () => {
  it('a remote that is not there is a failure in one line', async () => {
    rmSync(remote, { recursive: true })
    const anna = await open('anna')
    const failed = mustFail(await anna.fetch(signal))
    expect(failed).toMatchObject({ kind: 'git' })
    expect(failed.message).not.toContain('\n')
  })

  it('a remote that takes nothing says why', async () => {
    write(remote, { 'hooks/pre-receive': '#!/bin/sh\necho "no mail here" >&2\nexit 1\n' })
    chmodSync(join(remote, 'hooks/pre-receive'), 0o755)
    const anna = await open('anna')
    const failed = mustFail(
      await anna.push(await append(anna, file('card.json', 'c')), null, signal),
    )
    expect(failed.message).toContain('pre-receive hook declined')
  })

  it('a broken tree is a failure, and no branch is written', async () => {
    const anna = await open('anna')
    const commit = await append(anna, file('01AA/one.json', 'one'))
    const tree = git(box.root, 'rev-parse', `${commit}:01AA`)
    rmSync(join(box.root, '.git/objects', tree.slice(0, 2), tree.slice(2)))
    expect((await anna.changes(null, commit, signal)).ok).toBe(false)
  })

  it('asks nobody for a password', async () => {
    const seen = join(box.home, 'seen')
    const names = 'GIT_TERMINAL_PROMPT|GIT_ASKPASS|GIT_SSH_COMMAND'
    gitThat(box, `case " $* " in *" fetch "*) env | grep -E '^(${names})=' > '${seen}';; esac`)
    vi.stubEnv('GIT_ASKPASS', '/usr/bin/some-window')
    const anna = await open('anna')
    must(await anna.fetch(signal))
    expect(readFileSync(seen, 'utf8').trim().split('\n').toSorted()).toEqual([
      'GIT_ASKPASS=true',
      'GIT_SSH_COMMAND=ssh -o BatchMode=yes',
      'GIT_TERMINAL_PROMPT=0',
    ])
  })

  it('ends at once when it is told to', async () => {
    gitThat(box, 'case " $* " in *" fetch "*) exec sleep 600;; esac')
    const anna = await open('anna')
    const ends = new AbortController()
    const fetched = anna.fetch(ends.signal)
    ends.abort()
    expect((await fetched).ok).toBe(false)
  })

  it('leaves nothing behind in the folder that it writes by', async () => {
    const anna = await open('anna')
    await append(anna, file('card.json', 'c'))
    expect(readdirSync(join(box.home, 'scratch-anna'))).toEqual([])
  })
})
