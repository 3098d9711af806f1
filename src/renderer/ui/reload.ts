/** The page begins anew by itself where a part of it could not be loaded, but never over a person's work. */

const ASK_EVERY_MS = 2000
/** Once in that time at most: a part that is broken must not reload the page for ever. */
const RELOAD_EVERY_MS = 60_000
const RELOADED_KEY = 'yardmaster.reloaded'

/** A browser does not fetch a failed module again, so the page begins anew as soon as it is served again and nothing is left to send. */
export function reloadOnceServed(): () => void {
  const timer = setInterval(async () => {
    const last = Number(sessionStorage.getItem(RELOADED_KEY) ?? 0)
    if (Date.now() - last < RELOAD_EVERY_MS || isInUse() || !(await isServed())) return
    if (isInUse()) return // it was begun meanwhile
    sessionStorage.setItem(RELOADED_KEY, String(Date.now()))
    location.reload()
  }, ASK_EVERY_MS)
  return () => clearInterval(timer)
}

/** What a person types, has asked for, or has not sent yet: a reload would lose it. */
const IN_USE =
  'input:focus, textarea:focus, [data-unsent], button[aria-busy="true"], [role="dialog"]'
const isInUse = (): boolean => document.querySelector(IN_USE) !== null

async function isServed(): Promise<boolean> {
  try {
    return (await fetch(location.pathname, { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false // nobody is there
  }
}
