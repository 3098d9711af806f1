/** Codes that a browser is opened with: good once, for ten minutes, and worth nothing but the exchange for a page session. */
import { randomBytes } from 'node:crypto'

export type OneUseCodes = ReturnType<typeof createOneUseCodes>

/** As long as a slow first start and a look at something else may take. */
export const CODE_LIFE_MS = 10 * 60_000
/** More at once than anybody opens pages in that time; the oldest give way. */
const MOST = 100

export function createOneUseCodes(now: () => number) {
  const expiries = new Map<string, number>()
  const drop = (isOver: (expiry: number) => boolean): void => {
    for (const [code, expiry] of expiries)
      if (isOver(expiry) || expiries.size > MOST) expiries.delete(code)
  }
  return {
    issue(): string {
      drop((expiry) => expiry <= now())
      const code = randomBytes(24).toString('base64url')
      expiries.set(code, now() + CODE_LIFE_MS)
      return code
    },
    /** True once for each code that was issued within its time. */
    redeem(code: string): boolean {
      const expiry = expiries.get(code)
      expiries.delete(code)
      return expiry !== undefined && now() < expiry
    },
  }
}
