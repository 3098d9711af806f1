/**
 * Mail over a git remote. Each machine writes one branch and nobody else does; a file is a message for one machine, or the card that says
 * who is there. What is for whom stands in the files, whose paths mean nothing.
 */
import type { Clock } from '../../../base/clock.ts'
import type { Log } from '../../../base/log.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { fail, failure, type Failure } from '../../../domain/failure.ts'
import type { Peer } from '../../../domain/messages/peer.ts'
import { MACHINE_PATTERN, machineOf, MAX_ENVELOPE_BYTES } from '../envelope.ts'
import type { Incoming, MailTransport, Outgoing, PeerSight } from '../transport.ts'
import { type BranchFile, type JudgedFiles, judgeFiles } from './judge-files.ts'
import { createQuarantine, MAX_QUARANTINED } from './quarantine.ts'
import { type Card, readMailFile, type Signer } from './signed-file.ts'

/** Of one machine's branch. */
export interface BranchTip {
  readonly machine: string
  readonly commit: string
  /** When it was committed, by the clock of whoever did, ms. */
  readonly at: number
}

export interface OwnBranch {
  readonly commit: string
  readonly files: readonly { readonly path: string; readonly id: string }[]
}

export interface BranchWrite {
  /** What it stands on; null = it begins anew. */
  readonly parent: string | null
  readonly added: readonly { readonly path: string; readonly bytes: Buffer }[]
  /** Beside those of the parent. */
  readonly kept: readonly { readonly path: string; readonly id: string }[]
  /** Where the own branch stands now. */
  readonly before: string | null
}

/** What git does for this: by plumbing alone, and never on a branch of another machine. */
export interface MailGit {
  /** Brings all branches but the own one. */
  fetch(signal: AbortSignal): Promise<Result<readonly BranchTip[], Failure>>
  /** What is in `to` and not the same in `from`. `isOnward` null: `from` is not there any more, and all of `to` is given. */
  changes(
    from: string | null,
    to: string,
    signal: AbortSignal,
  ): Promise<
    Result<{ readonly isOnward: boolean | null; readonly files: readonly BranchFile[] }, Failure>
  >
  /** Contents of those that are no larger than that. */
  read(
    ids: readonly string[],
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Result<ReadonlyMap<string, Buffer>, Failure>>
  /** As it stands in this repository; null = nothing was written yet. */
  own(): Promise<Result<OwnBranch | null, Failure>>
  /** As it stands on the remote; null = it is not there. */
  ownElsewhere(signal: AbortSignal): Promise<Result<OwnBranch | null, Failure>>
  /** The own branch stands there from now on, in this repository. */
  adopt(commit: string, before: string | null): Promise<Result<void, Failure>>
  /** Gives the commit that the own branch stands at then, in this repository. */
  write(what: BranchWrite): Promise<Result<string, Failure>>
  /** False where the branch has something that this commit does not contain. `replaced`: that commit is written over. */
  push(
    commit: string,
    replaced: string | null,
    signal: AbortSignal,
  ): Promise<Result<boolean, Failure>>
}

interface GitMailParts {
  readonly git: MailGit
  readonly signer: Signer
  readonly machine: string
  readonly members: readonly string[]
  /** The own branch, for people. */
  readonly where: string
  /** Folder for what was not accepted. */
  readonly quarantine: string
  readonly pollMs: number
  readonly clock: Clock
  readonly log: Log
}

/** More branches than this are not looked at. */
const MAX_PEERS = 1000
const CARD_PATH = 'card.json'

/** The own branch as it is known: its paths and what its card says. */
interface Own {
  readonly commit: string
  readonly files: OwnBranch['files']
  readonly card: Card | null
}

export function createGitMail(parts: GitMailParts): MailTransport {
  const { git, machine, pollMs, clock, log } = parts
  const sights = new Map<string, PeerSight>()
  const quarantine = createQuarantine(parts.quarantine, log)
  /** The commit that the remote is known to hold. */
  let pushed: string | null = null
  const writer = createWriter(parts)

  const noteSight = (tip: BranchTip, how: { isNew: boolean; problem: string | null }): void => {
    const { machine: name, at } = tip
    const before = sights.get(name)
    // Of the first look nothing is known but what its own clock says.
    const seenAt = before && how.isNew ? clock.now() : (before?.seenAt ?? Math.min(at, clock.now()))
    if (how.problem !== null && how.problem !== before?.problem)
      log.warn('mail of a machine is not read', { machine: name, why: how.problem })
    sights.set(name, { machine: name, seenAt, problem: how.problem })
  }
  const readPeer = async (
    tip: BranchTip,
    peer: Peer | undefined,
    signal: AbortSignal,
  ): Promise<Incoming | null> => {
    const cursor = parseCursor(peer?.cursor ?? null)
    const isNew = cursor?.commit !== tip.commit
    const judged = isNew ? await newFiles({ git, tip, peer, cursor, signal }) : null
    noteSight(tip, { isNew, problem: judged === null || judged.ok ? null : judged.error.message })
    return judged?.ok ? incomingOf(tip, judged.value, cursor?.epoch ?? 0) : null
  }
  const incomingOf = (tip: BranchTip, judged: JudgedFiles, epoch: number): Incoming => {
    const { key, card, envelopes, refused } = judged
    for (const each of refused.slice(-MAX_QUARANTINED)) quarantine.keep(tip.machine, each)
    return {
      machine: tip.machine,
      key,
      cursor: `${tip.commit} ${card?.epoch ?? epoch}`,
      members: card?.members ?? null,
      envelopes: envelopes.filter(({ to }) => to.some((each) => machineOf(each) === machine)),
      refused: refused.map(({ reason }) => reason),
    }
  }

  return {
    async send(all, signal) {
      const fitting = all.filter(({ envelope }) => writer.fits(envelope))
      for (let round = 0; ; round += 1) {
        const written = await writer.add(fitting, signal)
        if (!written.ok) return written
        if (written.value === pushed) return ok(fitting)
        const done = await git.push(written.value, null, signal)
        if (!done.ok) return done
        if (done.value) {
          pushed = written.value
          return ok(fitting)
        }
        const adopted = await writer.adoptRemote(signal)
        if (!adopted.ok) return adopted
        if (round > 0) return fail('git', `${parts.where} moved twice while it was written`)
      }
    },
    async receive(peers, signal) {
      const tips = await git.fetch(signal)
      if (!tips.ok) return tips
      const incoming: Incoming[] = []
      const others = tips.value.filter((tip) => tip.machine !== machine)
      for (const tip of others
        .filter((each) => MACHINE_PATTERN.test(each.machine))
        .slice(0, MAX_PEERS)) {
        const read = await readPeer(tip, peers.get(tip.machine), signal)
        if (read) incoming.push(read)
      }
      return ok(incoming)
    },
    // The cursor says what was read; the branch is another machine's.
    taken: async () => {},
    pollMs,
    onArrival: () => () => {},
    sights: () => [...sights.values()],
    async compact(before, signal) {
      const dropped = await writer.compact(before, signal)
      if (!dropped.ok) return dropped
      if (dropped.value.commit !== null) pushed = dropped.value.commit
      const files = quarantine.dropOlder(before)
      return ok(
        `${dropped.value.count} messages were dropped from ${parts.where}, and ${files} files from the quarantine`,
      )
    },
    close: async () => {},
  }
}

/** `COMMIT EPOCH` */
function parseCursor(
  cursor: string | null,
): { readonly commit: string; readonly epoch: number } | null {
  const [, commit, epoch] = /^([0-9a-f]{40,64}) (\d{1,16})$/.exec(cursor ?? '') ?? []
  return commit === undefined ? null : { commit, epoch: Number(epoch) }
}

interface Look {
  readonly git: MailGit
  readonly tip: BranchTip
  readonly peer: Peer | undefined
  readonly cursor: { readonly commit: string; readonly epoch: number } | null
  readonly signal: AbortSignal
}

/** Files that came since the cursor, judged. A failure where this branch cannot be gone on with. */
async function newFiles({
  git,
  tip,
  peer,
  cursor,
  signal,
}: Look): Promise<Result<JudgedFiles, Failure>> {
  const changes = await git.changes(cursor?.commit ?? null, tip.commit, signal)
  if (!changes.ok) return changes
  const { isOnward, files } = changes.value
  const small = files.filter(({ size, isFile }) => isFile && size <= MAX_ENVELOPE_BYTES)
  const ids = [...new Set(small.map(({ id }) => id))]
  const contents = await git.read(ids, MAX_ENVELOPE_BYTES, signal)
  if (!contents.ok) return contents
  const expected = { machine: tip.machine, key: peer?.key || null }
  const judged = await judgeFiles(files, contents.value, expected)
  if (cursor === null || isOnward === true) return ok(judged)
  const { card } = judged
  const isOwnWork =
    card !== null && (isOnward === null ? card.epoch >= cursor.epoch : card.epoch > cursor.epoch)
  if (isOwnWork) return ok(judged)
  return fail(
    'git',
    `the branch of ${tip.machine} was written anew by somebody else: nothing of it is read`,
    { hint: `yard transport compact on ${tip.machine} writes it anew in its own name` },
  )
}

/** Writes the own branch, which has this one writer. */
function createWriter({ git, signer, machine, members, where, clock }: GitMailParts) {
  let own: Own | null | undefined
  const pathOf = ({ machine: to, envelope: { id } }: Outgoing): string =>
    `${id.slice(0, 4)}/${id}-${to}.json`

  const withCard = async (
    branch: OwnBranch | null,
    signal: AbortSignal,
  ): Promise<Result<Own | null, Failure>> => {
    if (branch === null) return ok(null)
    const id = branch.files.find(({ path }) => path === CARD_PATH)?.id
    const read =
      id === undefined
        ? ok(new Map<string, Buffer>())
        : await git.read([id], MAX_ENVELOPE_BYTES, signal)
    if (!read.ok) return read
    const bytes = id === undefined ? undefined : read.value.get(id)
    const file = bytes && readMailFile(bytes, { machine, key: signer.key })
    return ok({ ...branch, card: file?.kind === 'card' ? file.card : null })
  }
  const load = async (signal: AbortSignal): Promise<Result<Own | null, Failure>> => {
    if (own !== undefined) return ok(own)
    const branch = await git.own()
    if (!branch.ok) return branch
    const loaded = await withCard(branch.value, signal)
    if (loaded.ok) own = loaded.value
    return loaded
  }
  const cardOf = (epoch: number): Card => ({
    v: 1,
    machine,
    members: [...members],
    epoch,
    at: new Date(clock.now()).toISOString(),
  })
  const write = async (what: Omit<BranchWrite, 'before'>): Promise<Result<string, Failure>> => {
    const written = await git.write({ ...what, before: own?.commit ?? null })
    // Where another process moved it, it is read anew; and so are the ids of what was written.
    own = undefined
    return written
  }

  /** Files that the branch does not hold yet, its card among them. */
  const missing = (now: Own | null, all: readonly Outgoing[]): BranchWrite['added'] => {
    const paths = new Set(now?.files.map(({ path }) => path))
    const added = all
      .filter((each) => !paths.has(pathOf(each)))
      .map((each) => ({ path: pathOf(each), bytes: signer.sign(each.envelope) }))
    const card = now?.card
    if (card?.members.join() === members.join()) return added
    return [...added, { path: CARD_PATH, bytes: signer.sign(cardOf(card?.epoch ?? 0)) }]
  }

  return {
    fits: (envelope: object): boolean => signer.sign(envelope).length <= MAX_ENVELOPE_BYTES,
    /** Gives the commit that holds all of them. */
    async add(all: readonly Outgoing[], signal: AbortSignal): Promise<Result<string, Failure>> {
      const loaded = await load(signal)
      if (!loaded.ok) return loaded
      const now = loaded.value
      const added = missing(now, all)
      if (now && added.length === 0) return ok(now.commit)
      return write({ parent: now?.commit ?? null, added, kept: [] })
    },
    /** The remote has more of this branch than this repository: its own, where another copy of the repository wrote it. */
    async adoptRemote(signal: AbortSignal): Promise<Result<void, Failure>> {
      const there = await git.ownElsewhere(signal)
      if (!there.ok) return there
      const found = await withCard(there.value, signal)
      if (!found.ok) return found
      if (found.value === null) return fail('git', `${where} was refused by the remote`)
      if (found.value.card === null) return err(taken(machine, where))
      const here = await load(signal)
      if (!here.ok) return here
      const adopted = await git.adopt(found.value.commit, here.value?.commit ?? null)
      own = undefined
      return adopted
    },
    /** Begins the branch anew with what is younger, where anything is older. */
    async compact(
      before: number,
      signal: AbortSignal,
    ): Promise<Result<{ readonly count: number; readonly commit: string | null }, Failure>> {
      const loaded = await load(signal)
      if (!loaded.ok) return loaded
      const now = loaded.value
      if (now === null) return ok({ count: 0, commit: null })
      const mail = now.files.filter(({ path }) => path !== CARD_PATH)
      const young = await youngerFiles(mail, before, signal)
      if (!young.ok) return young
      const count = mail.length - young.value.length
      if (count === 0) return ok({ count, commit: null })
      const card = { path: CARD_PATH, bytes: signer.sign(cardOf((now.card?.epoch ?? 0) + 1)) }
      const commit = await write({ parent: null, added: [card], kept: young.value })
      if (!commit.ok) return commit
      const done = await git.push(commit.value, now.commit, signal)
      if (!done.ok) return done
      if (done.value) return ok({ count, commit: commit.value })
      const adopted = await this.adoptRemote(signal)
      return adopted.ok ? fail('git', `${where} moved while it was written; try again`) : adopted
    },
  }

  async function youngerFiles(
    mail: OwnBranch['files'],
    before: number,
    signal: AbortSignal,
  ): Promise<Result<OwnBranch['files'], Failure>> {
    const contents = await git.read(
      mail.map(({ id }) => id),
      MAX_ENVELOPE_BYTES,
      signal,
    )
    if (!contents.ok) return contents
    return ok(
      mail.filter(({ id }) => {
        const bytes = contents.value.get(id)
        const file = bytes && readMailFile(bytes, { machine, key: signer.key })
        return file?.kind === 'mail' && Date.parse(file.envelope.at) >= before
      }),
    )
  }
}

const taken = (machine: string, where: string): Failure =>
  failure(
    'in-use',
    `another machine is called ${machine}, too: it writes ${where} with another key`,
    {
      hint: 'yard config transport.machine NAME gives this one a name of its own',
      facts: { machine },
    },
  )
