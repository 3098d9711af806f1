/** Mail over branches of a remote: what comes, once and from whom, and what is not believed. */
import { readdirSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { MAX_QUARANTINED } from '../../../../src/fleet/mail/git/quarantine.ts'
import { letter, machineOn, must, signerOf, textsOf } from '../../../support/mail-machines.ts'
import { createManualClock, type ManualClock, START_AT } from '../../../support/manual-clock.ts'
import { createMemoryRemote, type MemoryRemote } from '../../../support/memory-mail-git.ts'

const DAY_MS = 86_400_000
const signal = new AbortController().signal

let clock: ManualClock
let remote: MemoryRemote
beforeEach(() => {
  clock = createManualClock()
  remote = createMemoryRemote()
})
const machine = (name: string, members: readonly string[] = []) =>
  machineOn(remote, name, { clock, members })

describe('exchange', () => {
  it('G1: names with dashes and underscores reach whom they name, from whom they name', async () => {
    const [anna, ben, rev] = [machine('anna-pc'), machine('ben'), machine('rev-back')]
    await anna.send(
      letter('code-rev@anna-pc', 'back-end@ben', 'for ben', START_AT),
      letter('code-rev@anna-pc', 'end_ben-2@rev-back', 'for the other', START_AT + 1),
    )
    const [came] = await ben.receive()
    expect(came).toMatchObject({
      machine: 'anna-pc',
      envelopes: [{ from: 'code-rev@anna-pc', to: ['back-end@ben'], text: 'for ben' }],
      refused: [],
    })
    expect(textsOf(await rev.receive())).toEqual(['for the other'])
  })

  it('sends all that waits by one commit and one push, and nothing twice', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    const letters = Array.from({ length: 30 }, (_, i) =>
      letter('a@anna', 'b@ben', `n${i}`, START_AT + i),
    )
    expect(must(await anna.send(...letters))).toHaveLength(30)
    expect(anna.git.pushes).toBe(1)
    expect(must(await anna.send(...letters))).toHaveLength(30)
    expect(anna.git.pushes).toBe(1)
    expect(textsOf(await ben.receive())).toEqual(letters.map(({ text }) => text))
    expect(await ben.receive()).toEqual([])
  })

  it('holds a message once whose push was cut, or whose answer was lost', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    const one = letter('a@anna', 'b@ben', 'one', START_AT)
    for (const trouble of ['cut', 'lost', 'cut'] as const) {
      anna.git.trouble = [trouble]
      expect((await anna.send(one)).ok).toBe(false)
    }
    expect((await anna.send(one)).ok).toBe(true)
    expect(textsOf(await ben.receive())).toEqual(['one'])
  })

  it('tells who is there, also with nothing to send', async () => {
    const [anna, ben] = [machine('anna', ['code-rev', 'back_end']), machine('ben')]
    await anna.send()
    expect(await ben.receive()).toMatchObject([
      { machine: 'anna', key: anna.signer.key, members: ['code-rev', 'back_end'] },
    ])
  })

  it('goes on where its repository was lost and the remote still has its branch', async () => {
    const anna = machine('anna')
    const ben = machine('ben')
    await anna.send(letter('a@anna', 'b@ben', 'before', START_AT))
    expect(textsOf(await ben.receive())).toEqual(['before'])
    const again = machineOn(remote, 'anna', { clock, signer: anna.signer })
    expect((await again.send(letter('a@anna', 'b@ben', 'after', START_AT + 1))).ok).toBe(true)
    expect(textsOf(await ben.receive())).toEqual(['after'])
  })

  it('refuses the second of two machines of one name', async () => {
    await machine('anna').send()
    const second = await machine('anna').send(letter('a@anna', 'b@ben', 'hello', START_AT))
    expect(second).toMatchObject({ ok: false, error: { kind: 'in-use' } })
  })

  it('G4: clocks decide nothing: an hour early or late, all comes, and in order of what was sent', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send(letter('a@anna', 'b@ben', 'first', START_AT + 3_600_000))
    expect(textsOf(await ben.receive())).toEqual(['first'])
    await anna.send(letter('a@anna', 'b@ben', 'second', START_AT - 3_600_000))
    expect(textsOf(await ben.receive())).toEqual(['second'])
  })
})

describe('reading', () => {
  it('G5: paths mean nothing: a file is for whom it says, wherever it lies', async () => {
    const anna = machine('anna')
    const ben = machine('ben')
    await anna.send()
    const file = anna.signer.sign(letter('a@anna', 'b@ben', 'here', START_AT))
    remote.plant('anna', { 'task__status__done__20240101-for-someone-else.json': file })
    expect(textsOf(await ben.receive())).toEqual(['here'])
  })

  it('G3: reads what is new, not the whole branch, and what is old can be dropped', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    const old = Array.from({ length: 40 }, (_, i) =>
      letter('a@anna', 'b@ben', `old ${i}`, START_AT + i),
    )
    await anna.send(...old)
    await ben.receive()
    const before = ben.git.reads
    clock.advance(31 * DAY_MS)
    await anna.send(letter('a@anna', 'b@ben', 'new', clock.now()))
    expect(textsOf(await ben.receive())).toEqual(['new'])
    expect(ben.git.reads - before).toBe(1)
    must(await anna.mail.compact(clock.now() - 30 * DAY_MS, signal))
    const files = remote.commits.get(remote.branches.get('anna') ?? '')?.files
    expect(files?.size).toBe(2)
  })

  it('survives a branch that its machine has written anew, and gets nothing twice', async () => {
    const [anna, ben, late] = [machine('anna'), machine('ben'), machine('late')]
    await anna.send(letter('a@anna', 'b@ben', 'old', START_AT))
    await ben.receive()
    clock.advance(31 * DAY_MS)
    await anna.send(letter('a@anna', 'b@ben', 'unread', clock.now()))
    must(await anna.mail.compact(clock.now() - 30 * DAY_MS, signal))
    await anna.send(letter('a@anna', 'b@ben', 'after', clock.now() + 1))
    expect(textsOf(await ben.receive())).toEqual(['unread', 'after'])
    expect(ben.mail.sights()).toMatchObject([{ problem: null }])
    expect(textsOf(await late.receive())).toEqual([])
  })

  it('stops at a branch that somebody else has written anew, and goes on when its machine has', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send(letter('a@anna', 'b@ben', 'one', START_AT))
    await ben.receive()
    const kept = remote.branches.get('anna') ?? ''
    remote.plant(
      'anna',
      { x: anna.signer.sign(letter('a@anna', 'b@ben', 'replayed', START_AT)) },
      { anew: true },
    )
    expect(await ben.receive()).toEqual([])
    expect(ben.mail.sights()).toMatchObject([{ machine: 'anna', problem: expect.any(String) }])
    remote.branches.set('anna', kept)
    await ben.receive()
    expect(ben.mail.sights()).toMatchObject([{ problem: null }])
  })

  it('stops one peer whose tree cannot be listed, and writes no branch of it', async () => {
    const [anna, ben, carl] = [machine('anna'), machine('ben'), machine('carl')]
    await anna.send(letter('a@anna', 'c@carl', 'from anna', START_AT))
    await ben.send(letter('b@ben', 'c@carl', 'from ben', START_AT))
    const tip = remote.branches.get('anna') ?? ''
    carl.git.broken.add(tip)
    expect(textsOf(await carl.receive())).toEqual(['from ben'])
    expect(carl.mail.sights()).toContainEqual(
      expect.objectContaining({ machine: 'anna', problem: 'the tree cannot be listed' }),
    )
    expect(remote.branches.get('anna')).toBe(tip)
    carl.git.broken.clear()
    expect(textsOf(await carl.receive())).toEqual(['from anna'])
  })

  it('begins at the start where the commit of its place is gone', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send(letter('a@anna', 'b@ben', 'one', START_AT))
    await ben.receive()
    ben.git.forgotten.add(remote.branches.get('anna') ?? '')
    await anna.send(letter('a@anna', 'b@ben', 'two', START_AT + 1))
    expect(textsOf(await ben.receive())).toEqual(['one', 'two'])
  })
})

describe('what is not believed', () => {
  it('G6: a sender of another machine, another key and a changed text are refused, counted and kept', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send(letter('a@anna', 'b@ben', 'good', START_AT))
    const stranger = signerOf()
    const forged = anna.signer.sign(letter('boss@carl', 'b@ben', 'as carl', START_AT))
    const otherKey = stranger.sign(letter('a@anna', 'b@ben', 'by another', START_AT))
    const changed = anna.signer.sign(letter('a@anna', 'b@ben', 'pay 1 coin', START_AT))
    const text = changed.toString().replace('pay 1', 'pay 9')
    remote.plant('anna', { a: forged, b: otherKey, c: text })
    const [came] = await ben.receive()
    expect(came?.envelopes.map((each) => each.text)).toEqual(['good'])
    expect(came?.refused).toHaveLength(3)
    expect(came?.key).toBe(anna.signer.key)
    expect(readdirSync(ben.quarantine)).toHaveLength(3)
  })

  it('keeps the key that was seen first', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send()
    await ben.receive()
    const thief = machineOn(remote, 'anna', { clock })
    remote.branches.delete('anna')
    await thief.send(letter('a@anna', 'b@ben', 'it is me', START_AT))
    expect(textsOf(await ben.receive())).toEqual([])
    expect(ben.peers.get('anna')?.key).toBe(anna.signer.key)
  })

  it('counts files too large, of another version, with unknown fields', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send()
    const good = letter('a@anna', 'b@ben', 'x', START_AT)
    remote.plant('anna', {
      large: Buffer.alloc(64_001, 97),
      version: anna.signer.sign({ ...good, v: 2 }),
      field: anna.signer.sign({ ...good, runs: 'rm -rf' }),
    })
    const [came] = await ben.receive()
    expect(came).toMatchObject({ envelopes: [] })
    expect(came?.refused).toHaveLength(3)
  })

  it('keeps few of many, and drops old ones with the rest', async () => {
    const [anna, ben] = [machine('anna'), machine('ben')]
    await anna.send()
    const files = Object.fromEntries(
      Array.from({ length: MAX_QUARANTINED + 20 }, (_, i) => [`f${i}`, `nonsense ${i}`]),
    )
    remote.plant('anna', files)
    expect((await ben.receive())[0]?.refused).toHaveLength(MAX_QUARANTINED + 20)
    expect(readdirSync(ben.quarantine)).toHaveLength(MAX_QUARANTINED)
    must(await ben.mail.compact(Date.now() + DAY_MS, signal))
    expect(readdirSync(ben.quarantine)).toEqual([])
  })
})
