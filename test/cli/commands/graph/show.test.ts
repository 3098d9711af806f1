/** What a person reads of a task that failed or is held up: each thing once, and no words of ours. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestYard, PROGRAM, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

it('names a state, an exit code and a reason once', { timeout: 60_000 }, async () => {
  await place.json(['add', 'Bad', '--id', 'bad', '--exec', 'exit 3'])
  await place.json(['add', 'After', '--id', 'after', '--exec', 'true', '--after', 'bad'])
  await place.yard(['run'])
  const bad = (await place.yard(['why', 'bad'])).out
  expect(bad).toMatch(/: It failed at [\d: -]+: it exited with 3\. It holds back 1 task\./)
  expect((await place.yard(['show', 'bad'])).out).toMatch(/failure +it exited with 3/)
  expect((await place.yard(['why', 'after'])).out).toMatch(/^after is blocked: bad failed/)
  // Who asks a program gets the class, too.
  expect(await place.json(['show', 'bad'])).toMatchObject({ failure: { class: 'exit' } })
})

it('says of what is not started each thing once', { timeout: 60_000 }, async () => {
  const of = async (id: string) => (await place.yard(['why', id])).out
  const host = 'no coordinator runs: yard run, or yard service start.\n'
  await place.yard(['add', 'A', '--id', 'a', '--exec', 'true'])
  expect(await of('a')).toBe(`a is ready: ${host}`)
  await place.yard(['add', 'P', '--id', 'p', '--exec', 'true', '--after', 'a'])
  await place.yard(['pause', 'p'])
  expect(await of('p')).toBe(`p is paused: yard resume p lets it go on; a is ready; ${host}`)
  await place.yard(['add', 'C', '--id', 'c', '--executor', 'gemini'])
  const missing = await of('c')
  expect(missing).toMatch(/^c is ready: executor gemini cannot run here: /)
  expect(missing.match(/cannot run here/g)).toHaveLength(1)
  await place.yard(['add', 'D', '--id', 'd', '--exec', 'true', '--delay', '5m'])
  await place.yard(['add', 'S', '--id', 's', '--exec', 'true', '--schedule', '0 9 1 1 *'])
  expect(await of('s')).toMatch(/^s is delayed: its schedule fires (on 1 Jan|tomorrow).* at 09:00;/)
  expect(await of('d')).toMatch(/^d is delayed: it starts [^;\n]+; no coordinator runs[^\n]*\n$/)
})

it('an agent is shown its own task', { timeout: 60_000 }, async () => {
  const show = `"${process.execPath}" "${PROGRAM}" show a`
  await place.json(['add', 'A', '--id', 'a', '--exec', show])
  expect(await place.yard(['run'])).toMatchObject({ code: 0 })
  expect((await place.yard(['output', 'a'])).out).toMatch(/state +in-progress/)
})

it(
  'an empty question is refused by its name, with the way to ask it',
  { timeout: 60_000 },
  async () => {
    await place.json(['add', 'A', '--id', 'a', '--exec', 'true'])
    const { code, err } = await place.yard(['ask', 'a', ' '])
    expect([code, err]).toEqual([2, expect.stringContaining('the question is empty')])
    expect(err).toContain('yard ask a "…"')
  },
)
