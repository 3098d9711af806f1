/** Where a person put nodes, for everybody who looks at this yard. Furniture: nothing that runs depends on it. */
import { errorText } from '../base/text.ts'
import { createEmitter } from '../base/emitter.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Patch, Position } from '../contract/view.ts'
import type { CommittedBatch } from '../coordinator/dispatch.ts'
import { unknownTask } from '../domain/decide/decision.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { isTaskId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { OpenStore } from '../store/open-store.ts'
import { breathe } from './slices.ts'

/** Null gives a node back to the layout. */
type Moves = Readonly<NonNullable<Patch['positions']>>

export type Positions = ReturnType<typeof createPositions>

/** Written in one transaction; more would hold the loop. */
const BATCH = 2000

type Parts = { readonly opened: Pick<OpenStore, 'positions' | 'writer' | 'plan'>; log: Log }

export function createPositions({ opened, log }: Parts) {
  // Read when first asked for: a short command never asks.
  let known: Map<string, Position> | null = null
  const all = (): Map<string, Position> => (known ??= opened.positions.all())
  const news = createEmitter<Moves>((error) =>
    log.error('a listener of positions threw', { error: String(error) }),
  )
  return {
    all,
    onMoved: news.on,
    /**
     * Moves what is there and passes over tasks that are gone; gives how many were moved. `unknown-task` when none is there,
     * `read-only` when it cannot be saved, `locked` when another owner has taken over.
     */
    async move(set: Moves): Promise<Result<number, Failure>> {
      const asked = Object.entries(set)
      const isNobody = !asked.some(([id]) => hasTask(opened.plan, id))
      if (asked.length > 0 && isNobody) return err(unknownTask(opened.plan, asked[0]?.[0] ?? ''))
      const moved = new Map<string, Position | null>()
      const told = <T>(result: T): T => {
        if (moved.size > 0) news.emit(Object.fromEntries(moved))
        return result
      }
      for (let at = 0; at < asked.length; at += BATCH) {
        if (at > 0) await breathe()
        await opened.writer.free()
        // Asked again in each piece: tasks may have gone meanwhile.
        const piece = asked.slice(at, at + BATCH).filter(([id]) => hasTask(opened.plan, id))
        const saved = save(opened, piece)
        if (!saved.ok) return told(saved)
        for (const [id, position] of piece) {
          moved.set(id, position)
          if (position) all().set(id, position)
          else all().delete(id)
        }
      }
      return told(ok(moved.size))
    },
    /** A task that goes takes its place along. */
    note({ changes }: CommittedBatch): void {
      if (!known) return
      for (const change of changes)
        if (change.entity === 'task' && !change.after) known.delete(change.id)
    },
  }
}

type Piece = readonly (readonly [string, Position | null])[]

const hasTask = (plan: Plan, id: string): boolean => isTaskId(id) && plan.tasks.has(id)

function save({ writer, positions }: Parts['opened'], piece: Piece): Result<void, Failure> {
  try {
    writer.begin()
    for (const [id, position] of piece) positions.set(id, position)
    writer.commit()
    return ok(undefined)
  } catch (error) {
    writer.rollback()
    const text = errorText(error)
    if (error instanceof Error && error.name === 'StaleOwner')
      return fail('locked', 'this owner was replaced by another; nothing was moved')
    return fail('read-only', `the nodes stay where they were: the yard cannot be saved (${text})`, {
      hint: 'is the disk full, or does it fail?',
    })
  }
}
