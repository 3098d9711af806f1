import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createInvites, type Invites } from '../../src/fleet/invites.ts'
import { createManualClock, type ManualClock } from '../support/manual-clock.ts'

let folder: string
let file: string
let clock: ManualClock
let invites: Invites
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-invites-'))
  file = join(folder, 'invites.json')
  clock = createManualClock()
  invites = createInvites(file, clock)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const offer: Parameters<Invites['issue']>[0] = {
  name: 'laptop',
  kind: 'daemon',
  names: [],
  roles: ['dev'],
  repos: [],
  createdBy: 'person',
  tokenLifeMs: null,
}

it('a code is good once, within its time, and outlives the process that made it', () => {
  const { code, expiresAt } = invites.issue(offer, 1000)
  expect(expiresAt).toBe(clock.now() + 1000)
  expect(invites.redeem(`${code}x`)).toBeNull()
  expect(createInvites(file, clock).redeem(code)).toMatchObject(offer)
  expect(invites.redeem(code)).toBeNull()
  const late = invites.issue(offer, 1000)
  clock.advance(1000)
  expect(invites.redeem(late.code)).toBeNull()
})

it('of a command that is sent again one code is good', () => {
  const { code } = invites.issue({ ...offer, commandId: 'c' }, 1000)
  const again = invites.issue({ ...offer, commandId: 'c' }, 1000)
  expect([invites.redeem(code), invites.redeem(again.code)?.name]).toEqual([null, 'laptop'])
})

it('its file is for its owner alone and holds no code', () => {
  const { code } = invites.issue(offer, 1000)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readFileSync(file, 'utf8')).not.toContain(code)
  expect(readFileSync(file, 'utf8')).not.toContain(code.slice(4))
})

it('a code that made nothing is good again for the rest of its time', () => {
  const { code } = invites.issue(offer, 1000)
  const invite = invites.redeem(code)
  if (invite) invites.restore(invite)
  expect(invites.redeem(code)).toEqual(invite)
  if (invite) invites.restore(invite)
  clock.advance(1000)
  expect(invites.redeem(code)).toBeNull()
})

it('the oldest give way', () => {
  const codes = Array.from({ length: 101 }, () => invites.issue(offer, 1000).code)
  expect(codes.filter((code) => invites.redeem(code) === null)).toEqual([codes[0]])
})

it('a code that cannot be crossed out is not given away', () => {
  const { code } = invites.issue(offer, 1000)
  // The draft that would replace it has a longer name than any file may have.
  const long = join(folder, 'i'.repeat(250))
  renameSync(file, long)
  expect(() => createInvites(long, clock).redeem(code)).toThrow('ENAMETOOLONG')
  renameSync(long, file)
  expect(invites.redeem(code)).toMatchObject(offer)
})
