/**
 * `node test/migrations/freeze.ts`: makes the frozen database of the newest step anew, from the one before it and what that step brought.
 * A step that was released is never frozen again: its database stays as the program of then wrote it.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { MIGRATIONS } from '../../src/store/migrations.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import { deliveryIdOf } from '../../src/domain/messages/message.ts'
import { accessToken, jobRun, messageAt, peerOf, sendingTo, syncCommand } from '../support/mail.ts'
import { START_AT } from '../support/manual-clock.ts'
import { COORDINATOR, taskId } from '../support/plan-builder.ts'
import {
  evaluation,
  judgement,
  JUDGE,
  opinion,
  recordInto,
  type Recorder,
} from '../support/recorded-evaluations.ts'

const nameOf = (number: number): string => `${String(number).padStart(4, '0')}.db`

/** What stands in the tables that a step brought. */
const CONTENTS: Readonly<Record<number, (recorder: Recorder) => void>> = {
  5(recorder) {
    const about = { taskId: taskId('a'), agentId: agentIdOf(1), generation: 1 }
    const ended = { kind: 'ended', at: START_AT, outcome: 'answered', reason: null } as const
    recorder.asked(judgement(1, { ...about, judge: JUDGE, state: ended }))
    const judged = recorder.judged(evaluation(1, 'a', 1))
    recorder.said(opinion('o1', judged, { score: 0.75 }))
    recorder.asked(judgement(2, about))
    recorder.asked(judgement(3, { ...about, state: ended }))
  },
  6(recorder) {
    recorder.run(syncCommand('back'), COORDINATOR)
    const [read, open] = [messageAt(START_AT, 'read'), messageAt(START_AT + 1, 'open')]
    for (const message of [read, open])
      recorder.run({ type: 'message.send', ...sendingTo(['back'], message) })
    recorder.run({ type: 'message.ack', deliveryIds: [deliveryIdOf(read.id, 'back')] })
    recorder.run({ type: 'job.fire', run: jobRun(1) }, COORDINATOR)
    recorder.run({ type: 'token.make', token: accessToken('t1') })
    recorder.run({ type: 'peer.pin', peer: peerOf('p1') }, COORDINATOR)
  },
}

const newest = MIGRATIONS.length
const path = join(import.meta.dirname, nameOf(newest))
// An earlier run that failed may have left its log.
for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
copyFileSync(join(import.meta.dirname, nameOf(newest - 1)), path)
await recordInto(path, CONTENTS[newest] ?? (() => {}))
const db = new Database(path)
db.exec("UPDATE meta SET value = '1' WHERE key = 'owner_epoch'")
db.pragma('journal_mode = DELETE')
db.exec('VACUUM')
db.close()
for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
