/** A process of its own for tests that kill it. Says a line on stdout when it is where the test wants it, then stays there. */
import { silentLog } from '../../src/base/log.ts'
import { createDispatcher } from '../../src/coordinator/dispatch.ts'
import { openStore } from '../../src/store/open-store.ts'
import { takeOwnerLock } from '../../src/store/owner-lock.ts'
import { createManualClock, START_AT } from '../support/manual-clock.ts'
import { addCommand, PERSON } from '../support/plan-builder.ts'

const [mode = '', path = ''] = process.argv.slice(2)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

if (mode === 'lock' || mode === 'try') {
  const lock = takeOwnerLock(path)
  if (mode === 'try') say(lock.ok ? 'taken' : `refused: ${lock.error.kind}`)
  else if (lock.ok) {
    say('locked')
    setInterval(() => {}, 60_000)
  }
}
if (mode === 'write') {
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  const { plan, store, writer, ownerEpoch } = opened.value
  let isLast = false
  const dispatcher = createDispatcher({
    plan,
    store,
    writer: {
      ...writer,
      commit() {
        if (!isLast) return writer.commit()
        process.stdout.write('in the middle\n')
        // Blocks here, inside the transaction, until it is killed.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      },
    },
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
  isLast = true
  for (let i = 0; i < 20; i += 1) void dispatcher.dispatch(addCommand(`never${i}`), PERSON)
}
