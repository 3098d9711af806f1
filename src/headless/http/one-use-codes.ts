/** Codes that a browser is opened with: good once, for ten minutes, and worth nothing but the exchange for a page session. */
import { randomBytes } from 'node:crypto'

export interface OneUseCodes {
  issue(): string
  /** True once for each code that was issued within its time. */
  redeem(code: string): boolean
}

/** As long as a slow first start and a look at something else may take. */
export const CODE_LIFE_MS = 10 * 60_000
/** More at once than anybody opens pages in that time; the oldest give way. */
const MOST = 100

export function createOneUseCodes(now: () => number): OneUseCodes {
  const expiries = new Map<string, number>()
  const drop = (isOver: (expiry: number) => boolean): void => {
    for (const [code, expiry] of expiries)
      if (isOver(expiry) || expiries.size > MOST) expiries.delete(code)
  }
  return {
    issue() {
      drop((expiry) => expiry <= now())
      const code = randomBytes(24).toString('base64url')
      expiries.set(code, now() + CODE_LIFE_MS)
      return code
    },
    redeem(code) {
      const expiry = expiries.get(code)
      expiries.delete(code)
      return expiry !== undefined && now() < expiry
    },
  }
}
