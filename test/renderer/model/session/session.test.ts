// @vitest-environment node
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../../../src/base/clock.ts'
import { err, ok } from '../../../../src/base/result.ts'
import { linkOverPort, type OpenLink } from '../../../../src/renderer/model/session/link.ts'
import {
  openSession,
  type Connection,
  type Session,
} from '../../../../src/renderer/model/session/session.ts'
import {
  cardOf,
  createScriptedHost,
  patchOf,
  snapshotOf,
  type ScriptedHost,
} from '../../../support/scripted-host.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A session over real message ports. `cut` ends the current one from the host's side. */
function start(host: ScriptedHost, opens: OpenLink[] = []): { session: Session; cut: () => void } {
  let cut = (): void => {}
  const open: OpenLink = async () => {
    const special = opens.shift()
    if (special) return special()
    const { port1, port2 } = new MessageChannel()
    new RPCHandler(host.router).upgrade(port1)
    port1.start()
    cut = () => port1.close()
    return ok(linkOverPort(port2))
  }
  const session = openSession(open, systemClock)
  closers.push(() => session.close())
  return { session, cut: () => cut() }
}

const becomes = (session: Session, kind: Connection['kind']): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => void (session.connection.getState().kind === kind && resolve())
    session.connection.subscribe(check)
    check()
  })

const seqIs = (session: Session, seq: number): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => void (session.yard.getState().seq === seq && resolve())
    session.yard.subscribe(check)
    check()
  })

test('shows the snapshot, then what the patches say', async () => {
  const host = createScriptedHost(snapshotOf(5, [cardOf('a')]))
  const { session } = start(host)
  await becomes(session, 'live')
  expect(session.yard.getState().seq).toBe(5)
  host.push(patchOf(5, 6, { tasks: [cardOf('b')] }))
  await seqIs(session, 6)
  expect([...session.yard.getState().tasks.keys()]).toEqual(['a', 'b'])
})

test('fetches a snapshot anew when news was missed', async () => {
  const host = createScriptedHost(snapshotOf(5, [cardOf('a')]))
  const { session } = start(host)
  await becomes(session, 'live')
  host.snapshot = snapshotOf(9, [cardOf('z')])
  host.push(patchOf(8, 9, { tasks: [cardOf('z')] }))
  await seqIs(session, 9)
  expect([...session.yard.getState().tasks.keys()]).toEqual(['z'])
  expect(host.asked.filter((name) => name === 'snapshot')).toHaveLength(2)
})

test('connects again after a loss and keeps what it shows meanwhile', async () => {
  const host = createScriptedHost(snapshotOf(5, [cardOf('a')]))
  const { session, cut } = start(host)
  await becomes(session, 'live')
  cut()
  await becomes(session, 'lost')
  expect(session.yard.getState().tasks.has('a')).toBe(true)
  host.snapshot = snapshotOf(7, [cardOf('a'), cardOf('b')])
  session.tryNow()
  await seqIs(session, 7)
  await becomes(session, 'live')
})

test('goes on trying while nobody is there', async () => {
  const host = createScriptedHost(snapshotOf(5, []))
  const { session } = start(host, [async () => err('down'), async () => err('down')])
  await becomes(session, 'live')
  expect(session.yard.getState().seq).toBe(5)
})

test('a token that is not good ends the tries', async () => {
  const host = createScriptedHost(snapshotOf(5, []))
  const { session } = start(host, [async () => err('unauthorised')])
  await becomes(session, 'unauthorised')
  expect(host.asked).toEqual([])
})

test('a host of another contract is named and not used', async () => {
  const host = createScriptedHost(snapshotOf(5, []))
  host.contractVersion = '99'
  const { session } = start(host)
  await becomes(session, 'other-version')
  expect(session.yard.getState().seq).toBe(-1)
})

test('a refusal is a value with its reason and its way out', async () => {
  const host = createScriptedHost(snapshotOf(5, []))
  const { session } = start(host)
  await becomes(session, 'live')
  const result = await session.call(({ task }) => task.edit({ id: 'a', addAfter: ['b'] }))
  expect(result).toEqual(
    err({ kind: 'cycle', message: 'a → b → a would close a cycle', hint: 'Remove one' }),
  )
})

test('what cannot be sent is refused at once', async () => {
  const host = createScriptedHost(snapshotOf(5, []))
  const { session } = start(host, [async () => err('unauthorised')])
  await becomes(session, 'unauthorised')
  const send = vi.fn<() => Promise<void>>()
  expect(await session.call(send)).toMatchObject({ ok: false, error: { kind: 'link' } })
  expect(send).not.toHaveBeenCalled()
})
