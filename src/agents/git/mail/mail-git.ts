/**
 * Branches that carry mail, by git's plumbing: no checkout, no index, no hook and no setting is touched, and in this repository they
 * stand under `refs/yard`, where no branch of the user is. It works in a bare repository and in a linked worktree as well.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ok } from '../../../base/result.ts'
import { attempted, gitError, onDisk, valueOf } from '../git-failure.ts'
import type { GitGuard } from '../git-guard.ts'
import { type Git, type GitOptions, type GitOutput, readLine, rowsOf } from '../git.ts'
import { commitAt, isAncestor, openRepository, type Repository } from '../repository.ts'

interface MailGitOptions {
  /** Somewhere in the repository. */
  readonly root: string
  readonly guard: GitGuard
  /** A folder that only the user can read; files lie there while they are stored. */
  readonly scratch: string
  /** Name or address. */
  readonly remote: string
  /** Each machine writes `BRANCH/MACHINE`. */
  readonly branch: string
  readonly machine: string
}

interface FileEntry {
  readonly path: string
  readonly id: string
}

interface BranchWrite {
  readonly parent: string | null
  readonly added: readonly { readonly path: string; readonly bytes: Buffer }[]
  readonly kept: readonly FileEntry[]
  readonly before: string | null
}

const NETWORK_MS = 30_000
/** Contents that are read at once: below what git's output may be. */
const READ_AT_ONCE = 400
const REGULAR = /^100(?:644|755)$/

export async function openMailGit(options: MailGitOptions) {
  const { root, guard, remote, branch, machine } = options
  const ownBranch = `refs/heads/${branch}/${machine}`
  const here = `refs/yard/mail/${machine}`
  const ownRef = `${here}/${machine}`
  const elsewhereRef = `refs/yard/mail-elsewhere/${machine}`

  const open = async (): Promise<Opened> => {
    const repo = valueOf(await openRepository(root, guard))
    return { repo, ssh: await sshVariables(repo) }
  }
  const first = await attempted(open)
  if (!first.ok) return first
  let opened: Opened | null = first.value
  const current = async (): Promise<Opened> => (opened ??= await open())

  /** In the folder that relative addresses of remotes begin at. */
  const connect = async (
    args: readonly string[],
    more: Pick<GitOptions, 'signal' | 'expect'>,
  ): Promise<GitOutput> => {
    const { repo, ssh } = await current()
    const git = repo.gitIn(repo.toplevel ?? repo.commonDir)
    try {
      return await git(args, { ...more, timeoutMs: NETWORK_MS, env: { ...QUIET, ...ssh } })
    } catch (error) {
      // What settings say of the remote is looked at anew: a person may have mended them.
      opened = null
      throw error
    }
  }
  const inRepository = async (): Promise<Git> => (await current()).repo.git
  const fetch = (refspecs: readonly string[], signal: AbortSignal): Promise<GitOutput> =>
    connect(['fetch', ...FETCH_OPTIONS, '--', remote, ...refspecs], { signal })
  const branchAt = async (ref: string) => {
    const git = await inRepository()
    const commit = await commitAt(git, ref)
    return commit === null ? null : { commit, files: await allFiles(git, commit) }
  }

  return ok({
    fetch: (signal: AbortSignal) =>
      attempted(async () => {
        const others = [`+refs/heads/${branch}/*:${here}/*`, `^${ownBranch}`]
        await fetch(others, signal)
        return tipsUnder(await inRepository(), here)
      }),
    changes: (from: string | null, to: string, signal: AbortSignal) =>
      attempted(async () => changedFiles(await inRepository(), from, { to, signal })),
    read: (ids: readonly string[], maxBytes: number, signal: AbortSignal) =>
      attempted(async () => contentsOf(await inRepository(), ids, { maxBytes, signal })),
    own: () => attempted(() => branchAt(ownRef)),
    ownElsewhere: (signal: AbortSignal) =>
      attempted(async () => {
        const args = ['ls-remote', '--quiet', '--heads', '--', remote, ownBranch]
        if ((await connect(args, { signal })).stdout.trim() === '') return null
        await fetch([`+${ownBranch}:${elsewhereRef}`], signal)
        return branchAt(elsewhereRef)
      }),
    adopt: (commit: string, before: string | null) =>
      attempted(async () => moveRef(await inRepository(), ownRef, { commit, before })),
    write: (what: BranchWrite) =>
      attempted(async () => {
        const git = await inRepository()
        const added = await storedFiles(git, options.scratch, what.added)
        const tree = await treeWith(git, what.parent, [...what.kept, ...added])
        const commit = await commitOf(git, { tree, parent: what.parent, machine })
        await moveRef(git, ownRef, { commit, before: what.before })
        return commit
      }),
    push: (commit: string, replaced: string | null, signal: AbortSignal) =>
      attempted(async () => {
        const lease = replaced === null ? [] : [`--force-with-lease=${ownBranch}:${replaced}`]
        const args = [...PUSH_OPTIONS, ...lease, '--', remote, `${commit}:${ownBranch}`]
        const said = await connect(['push', ...args], { signal, expect: [0, 1] })
        await forgetFollowing(await inRepository(), `${remote}/${branch}/${machine}`, commit)
        return wasTaken(said, remote)
      }),
  })
}

interface Opened {
  readonly repo: Repository
  readonly ssh: Readonly<Record<string, string>>
}

/** Nothing asks a person: there is none. */
const QUIET = {
  GIT_ASKPASS: 'true',
  SSH_ASKPASS: 'true',
  SSH_ASKPASS_REQUIRE: 'never',
  GCM_INTERACTIVE: 'never',
}

/** The user's own fetches are as if this had not been: neither FETCH_HEAD nor what follows a remote is written. */
const FETCH_OPTIONS = [
  ...['--quiet', '--no-tags', '--no-prune', '--no-write-fetch-head', '--no-recurse-submodules'],
  ...['--no-filter', '--no-show-forced-updates', '--refmap='],
]
const PUSH_OPTIONS = [
  ...['--porcelain', '--no-verify', '--no-follow-tags', '--no-signed', '--no-recurse-submodules'],
]

/** OpenSSH is told not to ask; another program is left as the user has set it. */
async function sshVariables({ git }: Repository): Promise<Record<string, string>> {
  const { env } = process
  const set = await readLine(git(['config', '--get', 'core.sshCommand'], { expect: [0, 1] }))
  const command = env['GIT_SSH_COMMAND'] ?? (set || (env['GIT_SSH'] ? null : 'ssh'))
  const isOpenSsh = command !== null && /(?:^|[\\/])ssh(?:\.exe)?["']?(?:\s|$)/.test(command)
  return isOpenSsh ? { GIT_SSH_COMMAND: `${command} -o BatchMode=yes` } : {}
}

async function tipsUnder(git: Git, prefix: string) {
  const format = '%(objecttype) %(objectname) %(committerdate:unix) %(refname)'
  const { stdout } = await git(['for-each-ref', `--format=${format}`, `${prefix}/`])
  return stdout.split('\n').flatMap((line) => {
    const [, commit = '', at = '', name = ''] = /^commit (\S+) (\d+) (.+)$/.exec(line) ?? []
    const machine = name.slice(prefix.length + 1)
    return machine === '' ? [] : [{ machine, commit, at: Number(at) * 1000 }]
  })
}

interface Entry extends FileEntry {
  readonly mode: string
}

/** `MODE TYPE ID<tab>PATH` */
function entriesIn(listed: GitOutput): Entry[] {
  return rowsOf(listed).map((row) => {
    const [facts = '', path = ''] = [
      row.slice(0, row.indexOf('\t')),
      row.slice(row.indexOf('\t') + 1),
    ]
    const [mode = '', , id = ''] = facts.split(' ')
    return { mode, id, path }
  })
}

const allFiles = async (git: Git, commit: string): Promise<Entry[]> =>
  entriesIn(await git(['ls-tree', '-r', '-z', '--full-tree', commit]))

async function changedFiles(
  git: Git,
  from: string | null,
  { to, signal }: { readonly to: string; readonly signal: AbortSignal },
) {
  const isThere = from !== null && (await commitAt(git, from)) !== null
  const isOnward = isThere ? await isAncestor(git, from, to) : null
  const entries = isThere ? await filesBetween(git, from, to) : await allFiles(git, to)
  const regular = entries.filter(({ mode }) => REGULAR.test(mode))
  const sizes = await sizesOf(
    git,
    regular.map(({ id }) => id),
    signal,
  )
  const files = entries.map(({ id, mode }) => ({
    id,
    isFile: REGULAR.test(mode),
    size: sizes.get(id) ?? 0,
  }))
  return { isOnward, files }
}

/** What is in the newer one and not the same in the older. Rows: `:MODE MODE ID ID STATUS`, then the path. */
async function filesBetween(git: Git, from: string, to: string): Promise<Entry[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--diff-filter=AMT', from, to]
  const rows = rowsOf(await git(args))
  return rows.flatMap((row, index) => {
    if (index % 2 === 1) return []
    const [, mode = '', , id = ''] = row.split(' ')
    return [{ mode, id, path: rows[index + 1] ?? '' }]
  })
}

/** Of those that are blobs, bytes. */
async function sizesOf(
  git: Git,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>()
  if (ids.length === 0) return sizes
  const { stdout } = await git(['cat-file', '--batch-check'], { input: lines(ids), signal })
  for (const line of stdout.split('\n')) {
    const [id = '', type, size] = line.split(' ')
    if (type === 'blob') sizes.set(id, Number(size))
  }
  return sizes
}

async function contentsOf(
  git: Git,
  ids: readonly string[],
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, Buffer>> {
  const sizes = await sizesOf(git, [...new Set(ids)], signal)
  const small = [...sizes].flatMap(([id, size]) => (size <= maxBytes ? [id] : []))
  const contents = new Map<string, Buffer>()
  for (let at = 0; at < small.length; at += READ_AT_ONCE) {
    const input = lines(small.slice(at, at + READ_AT_ONCE))
    const { stdout } = await git(['cat-file', '--batch'], { input, signal, isBinary: true })
    for (const [id, bytes] of batchIn(stdout)) contents.set(id, bytes)
  }
  return contents
}

/** `ID blob SIZE`, a line feed, that many bytes, a line feed; and so on. Each byte is one character. */
function* batchIn(output: string): Generator<readonly [string, Buffer]> {
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at)
    const [id = '', type, size] = output.slice(at, end).split(' ')
    if (end < 0 || type !== 'blob') return
    const from = end + 1
    at = from + Number(size) + 1
    yield [id, Buffer.from(output.slice(from, at - 1), 'latin1')]
  }
}

const lines = (all: readonly string[]): string => all.map((each) => `${each}\n`).join('')

/** One process for all of them: git reads them from files, which are gone afterwards. */
async function storedFiles(
  git: Git,
  scratch: string,
  added: BranchWrite['added'],
): Promise<FileEntry[]> {
  if (added.length === 0) return []
  return onDisk(scratch, async () => {
    const folder = await mkdtemp(join(scratch, 'mail-'))
    try {
      const files = added.map((_, index) => join(folder, String(index)))
      await Promise.all(
        added.map(({ bytes }, index) => writeFile(files[index] ?? '', bytes, { mode: 0o600 })),
      )
      const input = lines(files.map(quoted))
      const stored = await git(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })
      const ids = stored.stdout.split('\n')
      return added.map(({ path }, index) => ({ path, id: ids[index] ?? '' }))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
}

/** As git reads a path that begins with a quotation mark: one may have a line feed in it. */
const quoted = (path: string): string =>
  `"${path.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** The tree of a commit with these files in it: in the root, or one folder below. Null = they are all of it. */
async function treeWith(
  git: Git,
  parent: string | null,
  files: readonly FileEntry[],
): Promise<string> {
  const root = parent === null ? [] : await listed(git, parent)
  const folders = new Map<string, FileEntry[]>()
  const top: FileEntry[] = []
  for (const { path, id } of files) {
    const slash = path.indexOf('/')
    if (slash < 0) top.push({ path, id })
    else {
      const name = path.slice(0, slash)
      const inside = folders.get(name) ?? []
      inside.push({ path: path.slice(slash + 1), id })
      folders.set(name, inside)
    }
  }
  const merged = [...top.map(asFile)]
  for (const [path, inside] of folders) {
    const known = root.find((entry) => entry.path === path)
    const before = known ? await listed(git, known.id) : []
    merged.push({ path, mode: '040000', id: await makeTree(git, before, inside.map(asFile)) })
  }
  return makeTree(git, root, merged)
}

const asFile = ({ path, id }: FileEntry): Entry => ({ path, id, mode: '100644' })

const listed = async (git: Git, tree: string): Promise<Entry[]> =>
  entriesIn(await git(['ls-tree', '-z', '--full-tree', tree]))

/** `more` in the place of those of the same path. */
async function makeTree(
  git: Git,
  before: readonly Entry[],
  more: readonly Entry[],
): Promise<string> {
  const all = new Map([...before, ...more].map((entry) => [entry.path, entry]))
  const input = [...all.values()]
    .map(({ mode, id, path }) => `${mode} ${mode === '040000' ? 'tree' : 'blob'} ${id}\t${path}\0`)
    .join('')
  return readLine(git(['mktree', '-z'], { input }))
}

function commitOf(
  git: Git,
  {
    tree,
    parent,
    machine,
  }: { readonly tree: string; readonly parent: string | null; readonly machine: string },
): Promise<string> {
  const who = { NAME: 'yard', EMAIL: `yard@${machine}` }
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((role) =>
      Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value] as const),
    ),
  )
  const onto = parent === null ? [] : ['-p', parent]
  return readLine(git(['commit-tree', tree, ...onto, '-m', 'mail'], { env }))
}

/** A push by the name of a remote also writes where the user's branches follow it. */
async function forgetFollowing(git: Git, name: string, commit: string): Promise<void> {
  const ref = `refs/remotes/${name}`
  if (/^[\w./-]+$/.test(ref) && (await commitAt(git, ref)) === commit)
    await git(['update-ref', '-d', ref, commit], { expect: [0, 1, 128] })
}

/** Only from where it was seen to stand. */
async function moveRef(
  git: Git,
  ref: string,
  { commit, before }: { readonly commit: string; readonly before: string | null },
): Promise<void> {
  await git(['update-ref', ref, commit, before ?? ''])
}

/** Of what `push --porcelain` says of its one branch. */
function wasTaken({ exitCode, stdout, stderr }: GitOutput, remote: string): boolean {
  if (exitCode === 0) return true
  if (/^!\t[^\t]*\t\[rejected\]/m.test(stdout)) return false
  const [, why = ''] = /^!\t[^\t]*\t(.*)$/m.exec(stdout) ?? []
  throw gitError(
    'command-failed',
    `${remote} did not take the mail: ${why || 'it did not say why'}`,
    stderr,
  )
}
