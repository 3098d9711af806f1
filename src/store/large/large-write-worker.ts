/**
 * Entry of the worker thread that writes one large change: a transaction of its own beside the owner's connection, which reads on meanwhile.
 * The same thread checks a whole database, over a connection that only reads.
 */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { errorCode, errorText } from '../../base/text.ts'
import { invariant } from '../../base/result.ts'
import { openJournal } from '../journal.ts'
import { knowRowsOfTasks } from '../rows-of-tasks.ts'
import type { ReplyRow } from '../store.ts'
import { prepareReplies, prepareTables } from '../tables.ts'
import { checkIntegrity, type IntegrityOrder } from './check-integrity.ts'
import { createWriteBuffer, type Entry } from '../write-buffer.ts'

/** Both ends are this program, so nothing is validated anew. */
export interface LargeWriteOrder {
  readonly path: string
  readonly synchronous: number
  readonly maxPages: number
}
export type LargeWriteRequest =
  | { readonly kind: 'begin'; readonly ownerEpoch: number; readonly seq: number }
  | { readonly kind: 'rows'; readonly entries: readonly Entry[] }
  | { readonly kind: 'commit'; readonly reply: ReplyRow | null }
  | { readonly kind: 'leave' }
/** One for each request but the last. */
export type LargeWriteAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'error'; readonly name: string; readonly text: string; readonly code: string }

invariant(parentPort, 'a large change is written by a thread')
const port = parentPort
const { path, synchronous, maxPages, check } = workerData as LargeWriteOrder &
  Partial<IntegrityOrder>
let write: ReturnType<typeof openWrite> | null = null
/** A full disk ends the transaction by itself: whatever came after it would be committed row by row. */
let broken: LargeWriteAnswer | null = null

function openWrite() {
  const db = new Database(path, { timeout: 5000, fileMustExist: true })
  db.pragma('foreign_keys = ON')
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma(`max_page_count = ${maxPages}`)
  // What is committed goes into the database itself here, and not in the loop of the owner.
  db.pragma('wal_autocheckpoint = 0')
  const journal = openJournal(db)
  const buffer = createWriteBuffer(journal, prepareTables(db, knowRowsOfTasks(db)).write)
  return { db, journal, buffer }
}

function carryOut(request: LargeWriteRequest): LargeWriteAnswer {
  if (request.kind === 'leave') return { kind: 'done' }
  if (request.kind === 'begin') {
    const { db, journal } = (write = openWrite())
    db.exec('BEGIN IMMEDIATE')
    const epoch = db.prepare("SELECT value FROM meta WHERE key = 'owner_epoch'").pluck().get()
    const isOwner = Number(epoch) === request.ownerEpoch && journal.stored() === request.seq
    journal.rewind(request.seq)
    return { kind: isOwner ? 'done' : 'stale' }
  }
  invariant(write, 'a large change begins first')
  const { db, buffer } = write
  if (request.kind === 'rows') {
    for (const { change, facts } of request.entries) buffer.add(change, facts)
    buffer.flush()
    return { kind: 'done' }
  }
  const { reply } = request
  if (reply) prepareReplies(db).save([reply])
  db.exec('COMMIT')
  return { kind: 'done' }
}

/** A transaction that was not committed ends with its connection. */
function leave(): void {
  try {
    if (write && !write.db.inTransaction) write.db.pragma('wal_checkpoint(PASSIVE)')
    write?.db.close()
  } finally {
    port.close()
  }
}

if (check !== undefined) port.postMessage(checkIntegrity(workerData as IntegrityOrder))
else
  port.on('message', (request: LargeWriteRequest) => {
    if (request.kind === 'leave') return leave()
    try {
      port.postMessage(broken ?? carryOut(request))
    } catch (error) {
      const name = error instanceof Error ? error.name : ''
      const told = { kind: 'error', name, text: errorText(error), code: errorCode(error) } as const
      broken = told satisfies LargeWriteAnswer
      port.postMessage(broken)
    }
  })
