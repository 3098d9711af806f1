// @vitest-environment node
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, expect, test } from 'vitest'
import { err, ok } from '../../../../src/base/result.ts'
import { contract } from '../../../../src/contract/contract.ts'
import { linkOverPort, type OpenLink } from '../../../../src/renderer/model/session/link.ts'
import { maySendAgain } from '../../../../src/renderer/model/session/problem.ts'
import {
  openSession,
  PATIENCE_MS,
  sendCommand,
  type Session,
} from '../../../../src/renderer/model/session/session.ts'
import { createManualClock, type ManualClock } from '../../../support/manual-clock.ts'
import { createScriptedHost, snapshotOf } from '../../../support/scripted-host.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A host that can be gone, over real ports and under a clock of our own. What it was told to publish is in `told`, as `task commandId`. */
function begin() {
  const clock = createManualClock()
  const scripted = createScriptedHost(snapshotOf(5, []))
  const told: string[] = []
  const host = { isThere: true, isMute: false, root: '/yard', cut: () => {} }
  const os = implement(contract)
  const router = () => ({
    ...scripted.router,
    service: {
      ...scripted.router.service,
      hello: os.service.hello.handler(async () => ({
        contract: scripted.contractVersion,
        version: '0.1.0',
        pid: 1,
        root: host.root,
      })),
    },
    task: {
      publish: os.task.publish.handler(async ({ input: { id, commandId } }) => {
        told.push(`${id} ${commandId}`)
        if (host.isMute) await new Promise(() => {})
        return { published: [id] }
      }),
    },
  })
  const open: OpenLink = async () => {
    if (!host.isThere) return err('down')
    const { port1, port2 } = new MessageChannel()
    new RPCHandler(router()).upgrade(port1)
    port1.start()
    host.cut = () => port1.close()
    return ok(linkOverPort(port2))
  }
  const session = openSession(open, clock)
  closers.push(() => session.close())
  return { clock, host, told, session }
}

/** Until `isSo` holds of the connection; no time passes. */
const until = (session: Session, isSo: (kind: string, waiting: number) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => {
      const now = session.connection.getState()
      if (isSo(now.kind, now.kind === 'lost' ? now.waiting : 0)) resolve()
    }
    session.connection.subscribe(check)
    check()
  })
const isLive = (kind: string): boolean => kind === 'live'
const isLost = (kind: string): boolean => kind === 'lost'

const publish = (session: Session, id: string, commandId: string) =>
  sendCommand(session, ({ task }, key) => task.publish({ id, commandId: key }), commandId)

/** Lets all that is under way go as far as it can. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

/** Time in steps, so that each try has ended before the next is due. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 250) {
    await settle()
    clock.advance(250)
  }
  await settle()
}

async function loseHost({ session, host }: ReturnType<typeof begin>): Promise<void> {
  await until(session, isLive)
  host.isThere = false
  host.cut()
  await until(session, isLost)
}

test('a command given without a connection waits, is counted, and is sent once when it is back', async () => {
  const scene = begin()
  const { clock, host, session, told } = scene
  await loseHost(scene)
  const sent = publish(session, 'a', 'one')
  await until(session, (_, waiting) => waiting === 1)
  await pass(clock, PATIENCE_MS - 2000)
  expect(told).toEqual([])
  host.isThere = true
  // While somebody waits, a try comes at least each second.
  await pass(clock, 1000)
  expect(await sent).toEqual(ok({ published: ['a'] }))
  expect(told).toEqual(['a one'])
  expect(session.connection.getState()).toEqual({ kind: 'live' })
})

test('after ten seconds it is given back as not sent, and a question never waits', async () => {
  const scene = begin()
  const { clock, host, session, told } = scene
  await loseHost(scene)
  const question = await session.call(({ task }) => task.publish({ id: 'q' }))
  expect(question).toMatchObject({ ok: false, error: { kind: 'link' } })
  const sent = publish(session, 'a', 'one')
  await until(session, (_, waiting) => waiting === 1)
  await pass(clock, PATIENCE_MS)
  const result = await sent
  expect(result).toMatchObject({
    ok: false,
    error: { message: expect.stringMatching(/^Not sent/) },
  })
  expect(!result.ok && maySendAgain(result.error)).toBe(true)
  expect(session.connection.getState()).toMatchObject({ kind: 'lost', waiting: 0 })
  host.isThere = true
  session.tryNow()
  await pass(clock, 5000)
  await until(session, isLive)
  expect(told).toEqual([])
})

test('one that was under way is sent again under the same id; one without an id is not', async () => {
  const { clock, host, session, told } = begin()
  await until(session, isLive)
  host.isMute = true
  const repeated = publish(session, 'a', 'one')
  const single = sendCommand(session, ({ task }) => task.publish({ id: 'b', commandId: 'x' }))
  while (told.length < 2) await settle()
  host.isMute = false
  host.cut()
  expect(await single).toMatchObject({
    ok: false,
    error: { message: 'The connection was lost before the answer came.' },
  })
  await until(session, (_, waiting) => waiting === 1)
  await pass(clock, 1000)
  expect(await repeated).toEqual(ok({ published: ['a'] }))
  expect(told).toEqual(['a one', 'b x', 'a one'])
})

test('what was meant for one yard is not sent to another', async () => {
  const scene = begin()
  const { clock, host, session, told } = scene
  await loseHost(scene)
  const sent = publish(session, 'a', 'one')
  await until(session, (_, waiting) => waiting === 1)
  Object.assign(host, { isThere: true, root: '/another' })
  await pass(clock, 1000)
  expect(await sent).toMatchObject({ ok: false, error: { kind: 'link' } })
  await until(session, isLive)
  expect(told).toEqual([])
})

test('a page that is closed lets nobody wait', async () => {
  const scene = begin()
  await loseHost(scene)
  const sent = publish(scene.session, 'a', 'one')
  await until(scene.session, (_, waiting) => waiting === 1)
  scene.session.close()
  expect(await sent).toMatchObject({ ok: false, error: { kind: 'link' } })
})
