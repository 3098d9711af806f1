import { describe, expect, it } from 'vitest'
import type { Log } from '../../src/base/log.ts'
import { silentLog } from '../../src/base/log.ts'
import type { AccessToken } from '../../src/domain/messages/access-token.ts'
import { createAccess, SWEEP_MS } from '../../src/fleet/access.ts'
import { mintToken, mintTokenId } from '../../src/fleet/tokens.ts'
import { createManualClock } from '../support/manual-clock.ts'

const MINUTE = 60_000

function openBench(log: Log = silentLog) {
  const clock = createManualClock()
  const tokens = new Map<string, AccessToken>()
  const uses: { id: string; at: number }[] = []
  const saveUse = (id: string, at: number): void => void uses.push({ id, at })
  const access = createAccess({ tokens: () => tokens, saveUse, clock, log })
  const add = (more: Partial<AccessToken> = {}) => {
    const { text, sha256, hint } = mintToken('member')
    const token: AccessToken = {
      id: mintTokenId(),
      name: 'ben',
      kind: 'member',
      sha256,
      hint,
      names: [],
      roles: [],
      repos: [],
      createdAt: clock.now(),
      createdBy: 'person',
      expiresAt: null,
      revokedAt: null,
      ...more,
    }
    tokens.set(token.id, token)
    return { text, token }
  }
  const kindOf = (address: string, bearer: string | null): string => {
    const admitted = access.admit(address, bearer)
    return admitted.ok ? 'ok' : admitted.error.kind
  }
  return { access, clock, tokens, uses, add, kindOf }
}

describe('a token', () => {
  it('is known by its whole text while it holds', () => {
    const { clock, tokens, add, kindOf } = openBench()
    const { text, token } = add({ expiresAt: clock.now() + MINUTE })
    add()
    expect(kindOf('a', text)).toBe('ok')
    for (const wrong of [null, '', token.sha256, text.slice(0, -1), `${text}x`, `x${text}`])
      expect(kindOf(String(wrong), wrong)).toBe('unauthorized')
    clock.advance(MINUTE)
    expect(kindOf('a', text)).toBe('unauthorized')
    const other = add()
    expect(kindOf('a', other.text)).toBe('ok')
    tokens.delete(other.token.id)
    expect(kindOf('a', other.text)).toBe('unauthorized')
  })

  it('has its use noted once a minute, also while a connection lasts', () => {
    const { access, clock, uses, add, kindOf } = openBench()
    const { text, token } = add()
    for (let n = 0; n < 50; n += 1) kindOf('a', text)
    expect(uses).toEqual([{ id: token.id, at: clock.now() }])
    const release = access.hold(token.id, () => {})
    clock.advance(3 * MINUTE)
    expect(uses).toHaveLength(4)
    release()
    clock.advance(3 * MINUTE)
    expect(uses).toHaveLength(4)
  })
})

describe('an address that guesses', () => {
  it('is not asked for the rest of a minute after ten wrong secrets, whatever it brings', () => {
    const { access, clock, add, kindOf } = openBench()
    const { text } = add()
    for (let n = 0; n < 10; n += 1) {
      expect(kindOf('a', n % 2 === 0 ? null : `ymt_${'x'.repeat(43)}`)).toBe('unauthorized')
      clock.advance(1000)
    }
    expect(kindOf('a', text)).toBe('too-many')
    expect(access.attempt('a', () => 'found')).toMatchObject({
      error: { kind: 'too-many', facts: { retryAfterSec: 50 } },
    })
    expect(kindOf('b', text)).toBe('ok')
    clock.advance(50_000)
    expect(kindOf('a', text)).toBe('ok')
  })

  it('keeps its nine failures apart from what it does right', () => {
    const { clock, add, kindOf } = openBench()
    const { text } = add()
    for (let n = 0; n < 9; n += 1) kindOf('a', null)
    for (let n = 0; n < 20; n += 1) expect(kindOf('a', text)).toBe('ok')
    kindOf('a', null)
    expect(kindOf('a', text)).toBe('too-many')
    clock.advance(MINUTE)
    expect(kindOf('a', null)).toBe('unauthorized')
  })
})

describe('what is open under a token', () => {
  it('ends within a sweep when the token is over, once, and alone', () => {
    const { access, clock, add } = openBench()
    const [short, long] = [add({ expiresAt: clock.now() + MINUTE }), add()]
    const ended: string[] = []
    access.hold(short.token.id, () => ended.push('short'))
    access.hold(short.token.id, () => ended.push('short too'))
    access.hold(short.token.id, () => ended.push('released'))()
    access.hold(long.token.id, () => ended.push('long'))
    clock.advance(MINUTE - 1)
    expect(ended).toEqual([])
    clock.advance(SWEEP_MS)
    expect(ended).toEqual(['short', 'short too'])
    clock.advance(MINUTE)
    expect(ended).toHaveLength(2)
  })

  it('ends at once when it is asked to look, and one that throws stops no other', () => {
    const errors: string[] = []
    const { access, tokens, add } = openBench({
      ...silentLog,
      error: (message) => void errors.push(message),
    })
    const { token } = add()
    const ended: number[] = []
    access.hold(token.id, () => {
      throw new Error('no')
    })
    access.hold(token.id, () => ended.push(2))
    tokens.delete(token.id)
    access.check()
    expect([ended, errors.length]).toEqual([[2], 1])
  })

  it('leaves no timer when nothing is open, or after the end', () => {
    const { access, clock, add } = openBench()
    const { token } = add()
    expect(clock.timers).toBe(0)
    access.hold(token.id, () => {})()
    clock.advance(SWEEP_MS)
    expect(clock.timers).toBe(0)
    access.hold(token.id, () => {})
    access.close()
    expect(clock.timers).toBe(0)
  })
})
