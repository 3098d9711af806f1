/** A remote with branches of mail in memory, and each machine's repository beside it. */
import { createHash } from 'node:crypto'
import { err, ok } from '../../src/base/result.ts'
import { failure } from '../../src/domain/failure.ts'
import type { MailGit } from '../../src/fleet/mail/git/git-mail.ts'
import { START_AT } from './manual-clock.ts'

interface Commit {
  readonly parent: string | null
  readonly files: ReadonlyMap<string, string>
}

export interface MemoryRemote {
  readonly branches: Map<string, string>
  readonly commits: Map<string, Commit>
  readonly blobs: Map<string, Buffer>
  /** Writes files into a branch as somebody who can push does it. */
  plant(
    machine: string,
    files: Readonly<Record<string, Buffer | string>>,
    how?: { anew?: boolean },
  ): void
}

const idOf = (text: string | Buffer): string => createHash('sha1').update(text).digest('hex')

export function createMemoryRemote(): MemoryRemote {
  const commits = new Map<string, Commit>()
  const blobs = new Map<string, Buffer>()
  const branches = new Map<string, string>()
  return {
    branches,
    commits,
    blobs,
    plant(machine, files, { anew = false } = {}) {
      const tip = anew ? null : (branches.get(machine) ?? null)
      const all = new Map(tip === null ? [] : commits.get(tip)?.files)
      for (const [path, content] of Object.entries(files)) {
        const bytes = Buffer.from(content)
        blobs.set(idOf(bytes), bytes)
        all.set(path, idOf(bytes))
      }
      branches.set(machine, commit(commits, { parent: tip, files: all }))
    },
  }
}

function commit(commits: Map<string, Commit>, made: Commit): string {
  const id = idOf(JSON.stringify([made.parent, [...made.files]]))
  commits.set(id, made)
  return id
}

export interface MemoryGit extends MailGit {
  /** Blobs that were read, in all. */
  reads: number
  pushes: number
  /** The next of these have no answer: `lost` ones were carried out all the same. */
  trouble: ('cut' | 'lost')[]
  /** Commits that this repository does not have any more. */
  readonly forgotten: Set<string>
  /** Branches whose tree cannot be listed. */
  readonly broken: Set<string>
}

export function createMemoryGit(remote: MemoryRemote, machine: string): MemoryGit {
  const { commits, blobs, branches } = remote
  let own: string | null = null
  const unreachable = err(failure('git', 'the remote does not answer'))
  const filesOf = (id: string): ReadonlyMap<string, string> => commits.get(id)?.files ?? new Map()
  const branchAt = (id: string | null | undefined) =>
    id == null
      ? null
      : { commit: id, files: [...filesOf(id)].map(([path, blob]) => ({ path, id: blob })) }
  const contains = (id: string, older: string): boolean => {
    for (let at: string | null = id; at !== null; at = commits.get(at)?.parent ?? null)
      if (at === older) return true
    return false
  }
  const git: MemoryGit = {
    reads: 0,
    pushes: 0,
    trouble: [],
    forgotten: new Set(),
    broken: new Set(),
    async fetch() {
      if (git.trouble.shift() !== undefined) return unreachable
      const tips = [...branches].filter(([name]) => name !== machine)
      return ok(tips.map(([name, id]) => ({ machine: name, commit: id, at: START_AT })))
    },
    async changes(from, to) {
      if (git.broken.has(to)) return err(failure('git', 'the tree cannot be listed'))
      const isThere = from !== null && !git.forgotten.has(from)
      const before = isThere ? filesOf(from) : new Map<string, string>()
      const files = [...filesOf(to)]
        .filter(([path, id]) => before.get(path) !== id)
        .map(([, id]) => ({ id, isFile: true, size: blobs.get(id)?.length ?? 0 }))
      return ok({ isOnward: isThere ? contains(to, from) : null, files })
    },
    async read(ids, maxBytes) {
      git.reads += ids.length
      const found = ids.flatMap((id) => {
        const bytes = blobs.get(id)
        return bytes && bytes.length <= maxBytes ? [[id, bytes] as const] : []
      })
      return ok(new Map(found))
    },
    own: async () => ok(branchAt(own)),
    ownElsewhere: async () => ok(branchAt(branches.get(machine))),
    async adopt(id) {
      own = id
      return ok(undefined)
    },
    async write({ parent, added, kept }) {
      const files = new Map(parent === null ? [] : filesOf(parent))
      for (const { path, id } of kept) files.set(path, id)
      for (const { path, bytes } of added) {
        blobs.set(idOf(bytes), bytes)
        files.set(path, idOf(bytes))
      }
      own = commit(commits, { parent, files })
      return ok(own)
    },
    async push(id, replaced) {
      git.pushes += 1
      const fate = git.trouble.shift()
      if (fate === 'cut') return unreachable
      const there = branches.get(machine)
      const isFree =
        replaced === null ? there === undefined || contains(id, there) : there === replaced
      if (isFree) branches.set(machine, id)
      if (fate === 'lost') return unreachable
      return ok(isFree)
    },
  }
  return git
}
