/** A process of its own for tests that kill it. Says a line on stdout when it is where the test wants it, then stays there. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { createDispatcher } from '../../src/coordinator/dispatch.ts'
import { openStore } from '../../src/store/open-store.ts'
import { openSlotBook } from '../../src/store/slot-book.ts'
import { takeOwnerLock } from '../../src/store/owner-lock.ts'
import { createManualClock, START_AT } from '../support/manual-clock.ts'
import { chainOf, LARGE_WRITE_ENTRY } from '../support/large-import.ts'
import { addCommand, PERSON } from '../support/plan-builder.ts'

const [mode = '', path = ''] = process.argv.slice(2)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

if (mode === 'lock' || mode === 'try') {
  const lock = takeOwnerLock(path)
  if (mode === 'try') say(lock.ok ? 'taken' : `refused: ${lock.error.kind}`)
  else if (lock.ok) {
    say('locked')
    // Holds the lock: what nobody refers to is collected, and its database closed.
    setInterval(() => void lock, 60_000)
  }
}
if (mode === 'write') {
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  const { plan, store, writer, ownerEpoch } = opened.value
  const dispatcher = createDispatcher({
    plan,
    store,
    writer,
    clock: createManualClock(),
    log: silentLog,
    defer: setImmediate,
    ownerEpoch,
    onStale: () => say('stale'),
  })
  for (let i = 0; i < 50; i += 1) {
    const reply = await dispatcher.dispatch(addCommand(`t${i}`), PERSON)
    if (reply.ok) say(`acknowledged t${i}`)
  }
  for (let i = 0; i < 20; i += 1) void dispatcher.dispatch(addCommand(`never${i}`), PERSON)
  const last = {
    toJSON() {
      process.stdout.write('in the middle\n')
      // Blocks here until it is killed: the rows of the others are written, and not committed.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    },
  }
  void dispatcher.dispatch(addCommand('last', { description: last as never }), PERSON)
}
if (mode === 'large') {
  const count = Number(process.argv[4])
  const opened = await openStore({ path, at: START_AT, largeWriteEntry: LARGE_WRITE_ENTRY })
  if (!opened.ok) throw new Error(opened.error.message)
  const { plan, store, writer, ownerEpoch } = opened.value
  const dispatcher = createDispatcher({
    plan,
    store,
    writer,
    clock: systemClock,
    log: silentLog,
    // Each turn of its work is a moment at which it may be killed.
    defer(run) {
      say('turn')
      setImmediate(run)
    },
    ownerEpoch,
    onStale: () => say('stale'),
    largeFrom: 2,
  })
  dispatcher.onCommitted(() => say('told'))
  await dispatcher.dispatch(addCommand('before'), PERSON)
  say('begins')
  const reply = await dispatcher.dispatch(chainOf(count), PERSON, 'import')
  say(reply.ok ? 'done' : reply.error.message)
  setInterval(() => void opened, 60_000)
}
if (mode === 'places') {
  // Takes one place at a time, tells how many are taken then, and gives it back.
  const book = openSlotBook(path, 'boot')
  const yard = String(process.pid)
  const owner = { pid: process.pid, startTime: '1' }
  const persist = <T>(act: () => T): T => {
    for (;;)
      try {
        return act()
      } catch {
        // busy: another process writes
      }
  }
  // All begin together, so that they meet.
  say('ready')
  while (persist(() => book.rows()).every((row) => row.yard !== 'go')) await nextTurn()
  let most = 0
  for (let given = 0; given < 1500;) {
    const wish = { agents: [], wanted: 1, cap: 2, at: 1 }
    if (persist(() => book.take(yard, owner, wish)).given === 0) continue
    given += 1
    const rows = persist(() => book.rows())
    most = Math.max(
      most,
      rows.reduce((sum, row) => sum + row.agents.length + row.reserved, 0),
    )
    persist(() => book.note(yard, owner, { agents: [], at: 1 }))
  }
  say(String(most))
}
