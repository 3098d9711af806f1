import { expect, it } from 'vitest'
import { createHeartbeatStamp, heartbeatAgeMs } from '../../../src/yard/doctor/heartbeat.ts'

const HOUR = 3_600_000

it('has its age by a clock that nobody sets, as long as the machine has not booted', async () => {
  const stamp = await createHeartbeatStamp()
  const heartbeat = stamp(Date.now())
  expect(await heartbeatAgeMs(heartbeat, Date.now() + HOUR)).toBeLessThan(HOUR)
  const earlier = { ...heartbeat, monotonicMs: heartbeat.monotonicMs - 21_000 }
  expect(await heartbeatAgeMs(earlier, Date.now() - HOUR)).toBeGreaterThanOrEqual(21_000)
})

it.each([
  ['another boot', { bootId: 'another' }],
  ['a clock that is ahead', { monotonicMs: Number.MAX_SAFE_INTEGER }],
])('has its age by the wall clock where it is of %s', async (_, more) => {
  const at = 1_700_000_000_000
  const stamp = await createHeartbeatStamp()
  expect(await heartbeatAgeMs({ ...stamp(at), ...more }, at + HOUR)).toBe(HOUR)
})

it('is none where nothing was shown', async () => {
  expect(await heartbeatAgeMs({}, 0)).toBeNull()
  expect(await heartbeatAgeMs({ heartbeatAt: 'soon' }, 0)).toBeNull()
})
