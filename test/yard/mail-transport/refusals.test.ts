/** Files that are no mail, in a branch that a whole yard reads. */
import { expect, it } from 'vitest'
import { ok } from '../../../src/base/result.ts'
import { derivedMessageId } from '../../../src/domain/messages/derived-id.ts'
import { openTestYard } from '../../headless/served-yard.ts'
import { letter, machineOn, must, signerOf } from '../../support/mail-machines.ts'
import { createManualClock, START_AT } from '../../support/manual-clock.ts'
import { malformedFile } from '../../support/malformed-mail.ts'
import { createMemoryRemote } from '../../support/memory-mail-git.ts'
import { createSeededRandom } from '../../support/seeded-random.ts'

it('10,000 of them leave the owner up: each is counted, none is a message, and the journal does not grow by them', async () => {
  const clock = createManualClock()
  const remote = createMemoryRemote()
  const signer = signerOf()
  const anna = machineOn(remote, 'anna', { clock, signer })
  const here = machineOn(remote, 'ben', { clock })
  const test = await openTestYard({ runsAgents: false, transport: async () => ok(here.mail) })
  try {
    const { yard } = test
    must(
      await yard.configure('project', [
        { key: 'transport.type', value: 'git' },
        { key: 'transport.machine', value: 'ben' },
        { key: 'members.back-end.person', value: 'true' },
      ]),
    )
    await anna.send()
    must(await yard.mail.sync())
    const random = createSeededRandom(7).next
    const files = Array.from({ length: 10_000 }, (_, at) => [
      `f${at}`,
      malformedFile(signer, random, at),
    ])
    remote.plant('anna', Object.fromEntries(files))
    const before = yard.store.seq
    expect(must(await yard.mail.sync())).toMatchObject({ received: 0, refused: 10_000 })
    expect(yard.store.seq - before).toBeLessThan(50)
    expect(yard.mail.status().peers).toMatchObject([{ machine: 'anna', refused: 10_000 }])
    expect(yard.mail.alerts()).toHaveLength(1)
    const good = letter('a@anna', 'back-end@ben', 'still here', START_AT)
    await anna.send(good)
    expect(must(await yard.mail.sync())).toMatchObject({ received: 1, refused: 0 })
    expect(
      yard.store.mail.message(derivedMessageId(START_AT, 'a@anna back-end@ben still here')),
    ).not.toBeNull()
  } finally {
    await test.close()
  }
})
