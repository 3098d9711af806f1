/**
 * A change of many tasks in pieces, so that the loop goes on between them; all or nothing like every other. It is decided on a plan
 * above the real one, written beside it by a transaction of its own, and shows at once when that is committed. Then the real
 * plan takes it up below, and it is told, piece by piece. No other change begins before that is over: those that come wait for it.
 */
import { err, ok, type Result } from '../base/result.ts'
import type { Steps } from '../base/steps.ts'
import type { AnyCommand, Command, Reply } from '../domain/command.ts'
import { decideInSteps } from '../domain/decide/decide.ts'
import { nameOf } from '../domain/decide/decision.ts'
import { evolve } from '../domain/evolve/evolve.ts'
import type { Event } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'
import type { TaskId } from '../domain/ids.ts'
import type { EntityChange, MutablePlan, RootPlan } from '../domain/plan.ts'
import { permit } from '../domain/permissions.ts'
import { fingerprintInSteps } from '../store/fingerprint.ts'
import type { LargeChange } from '../store/store.ts'
import type { RowFacts } from '../store/journal.ts'
import type { Entry } from '../store/write-buffer.ts'
import {
  refusedAt,
  repeated,
  replyKeyOf,
  type Request,
  type TransactionParts,
} from './transaction.ts'

/** Tasks from which on a change is a large one: a thread is started for it, which takes as long as a few hundred of them. */
export const LARGE = 2000

/** As every commit is told. */
interface PartOfCommit {
  readonly from: number
  readonly seq: number
  readonly changes: readonly EntityChange[]
  readonly touched: ReadonlySet<TaskId>
}

export interface LargeParts extends TransactionParts {
  readonly plan: RootPlan
  readonly defer: (run: () => void) => void
  readonly emit: (batch: PartOfCommit) => void
}

export function isLarge(command: AnyCommand, from: number): boolean {
  if (command.type === 'tasks.change')
    return command.commands.length >= from || command.commands.some((each) => isLarge(each, from))
  if (command.type === 'tasks.import') return command.tasks.length >= from
  return command.type === 'tasks.remove' && command.ids.length >= from
}

/** What is written together, and told together. */
interface Piece {
  readonly entries: Entry[]
  readonly touched: Set<TaskId>
}
const PIECE = 512

/** Throws what the storage throws, and what a decision does; then nothing was changed, or that is not known. */
export async function carryOutLarge(
  parts: LargeParts,
  request: Request,
  change: LargeChange,
): Promise<Result<Reply, Failure>> {
  const pacer = createPacer(parts)
  const key = replyKeyOf(request)
  const print = key === null ? '' : await pacer.run(fingerprintInSteps(request.command))
  const known = key === null ? null : parts.store.replyOf(key)
  if (known) return repeated(request, known, print)
  const staged = parts.plan.stage()
  const desk = createDesk(staged, change, pacer)
  const reply = await decideAll(parts, request, desk)
  if (!reply.ok) return reply
  await desk.handOver()
  staged.onTouched = null
  const at = parts.clock.now()
  const row = key === null ? null : { id: key, at, text: await jsonOf(reply.value, print, pacer) }
  await change.commit(row)
  parts.plan.show(staged)
  for (const piece of desk.pieces) await takeUp(parts, piece, change, pacer)
  parts.plan.show(null)
  return reply
}

/** What is decided is put into the staged plan and handed to the storage, piece by piece. */
function createDesk(staged: MutablePlan, change: LargeChange, pacer: Pacer) {
  const pieces: Piece[] = []
  let piece: Piece = { entries: [], touched: new Set() }
  staged.onTouched = (id) => void piece.touched.add(id)
  const handOver = async (): Promise<void> => {
    const { entries } = piece
    if (entries.length === 0) return
    pieces.push(piece)
    piece = { entries: [], touched: new Set() }
    await change.add(entries)
  }
  return {
    staged,
    pacer,
    pieces,
    handOver,
    /** Null, or what to wait for before the next. */
    lay(event: Event, facts: RowFacts): Promise<void> | null {
      for (const one of evolve(staged, event)) {
        staged.put(one)
        piece.entries.push({ change: one, facts })
      }
      return piece.entries.length >= PIECE ? handOver() : pacer.pause()
    },
  }
}
type Desk = ReturnType<typeof createDesk>

async function decideAll(
  parts: LargeParts,
  { command, by }: Request,
  desk: Desk,
): Promise<Result<Reply, Failure>> {
  if (command.type !== 'tasks.change') return decideOne(parts, command, by, desk)
  const forbidden = permit(desk.staged, by, command)
  if (forbidden) return err(forbidden)
  const replies: Reply[] = []
  for (const [index, each] of command.commands.entries()) {
    const reply = await decideOne(parts, each, by, desk)
    if (!reply.ok) return err(refusedAt(index, reply.error))
    replies.push(reply.value)
  }
  return ok({ ids: replies.flatMap(({ ids }) => ids), replies })
}

async function decideOne(
  parts: LargeParts,
  command: Command,
  by: Request['by'],
  { staged, pacer, lay }: Desk,
): Promise<Result<Reply, Failure>> {
  const at = parts.clock.now()
  const now = { at, by, newId: parts.newId }
  const decided = parts.decide
    ? parts.decide(staged, command, now)
    : await pacer.run(decideInSteps(staged, command, now))
  if (!decided.ok) return decided
  const name = nameOf(by)
  for (const event of decided.value.events) {
    const wait = lay(event, { at, event: event.type, by: name })
    if (wait) await wait
  }
  return ok(decided.value.reply)
}

/** It shows already: the plan itself takes up a piece of it, and that is told. */
async function takeUp(
  { plan, store, emit }: LargeParts,
  { entries, touched }: Piece,
  change: LargeChange,
  pacer: Pacer,
): Promise<void> {
  const from = store.seq
  const changes = entries.map((entry) => entry.change)
  for (const one of changes) plan.put(one)
  change.tell(from + entries.length)
  emit({ from, seq: store.seq, changes, touched })
  await pacer.check()
}

/** As it is stored beside its fingerprint. */
async function jsonOf({ ids, replies, ...rest }: Reply, print: string, pacer: Pacer) {
  const texts: string[] = []
  for (const reply of replies ?? []) {
    texts.push(JSON.stringify(reply))
    const wait = pacer.pause()
    if (wait) await wait
  }
  const all = replies ? `,"replies":[${texts.join()}]` : ''
  return `{"ids":${JSON.stringify(ids)}${all},${JSON.stringify({ ...rest, of: print }).slice(1)}`
}

type Pacer = ReturnType<typeof createPacer>

/** Well below what a person would feel, also beside the other work of a turn. */
const SLICE_MS = 5
const LOOK_EVERY = 16
/** However fast the clock says that it goes. */
const MOST_STEPS = 1024

/** Lets the loop go on after each slice of work. */
function createPacer({ defer, clock }: Pick<LargeParts, 'defer' | 'clock'>) {
  let startedAt = clock.monotonic()
  let count = 0
  const turn = (): Promise<void> =>
    new Promise((resolve) =>
      defer(() => {
        startedAt = clock.monotonic()
        resolve()
      }),
    )
  const check = (): Promise<void> | null =>
    clock.monotonic() - startedAt >= SLICE_MS ? turn() : null
  /** Asked at each small step: null while there is time left. */
  const pause = (): Promise<void> | null => {
    count += 1
    if (count % MOST_STEPS === 0) return turn()
    return count % LOOK_EVERY === 0 ? check() : null
  }
  return {
    check,
    pause,
    async run<T>(steps: Steps<T>): Promise<T> {
      for (;;) {
        const step = steps.next()
        if (step.done) return step.value
        const wait = pause()
        if (wait) await wait
      }
    },
  }
}
