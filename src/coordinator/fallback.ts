/** While a provider sleeps, an executor that the profile names may take its tasks. Asked anew at each pick, so nothing is remembered. */
import { utcText } from '../base/clock.ts'
import type { Breaker, Plan } from '../domain/plan.ts'
import type { Route } from './ports.ts'

const sleeping = (plan: Plan, { provider }: Route): Breaker | null =>
  provider === null ? null : (plan.breakers.get(`provider:${provider}`) ?? null)

/** The route and all that stand in for it, in their order. */
function* chainOf(route: Route): Generator<Route> {
  for (let next: Route | null = route; next; next = next.fallback ?? null) yield next
}

/** The route, or the first of its stand-ins whose provider is awake; the route itself when all of them sleep. */
export function awakeRoute(plan: Plan, route: Route): Route {
  const breaker = sleeping(plan, route)
  if (!breaker) return route
  for (const next of chainOf(route)) {
    if (next === route || sleeping(plan, next)) continue
    const until = breaker.until === null ? '' : ` until ${utcText(breaker.until)}`
    const executor = `fallback of "${route.executor}" while ${breaker.subject} sleeps${until}`
    return { ...next, provenance: { ...next.provenance, executor } }
  }
  return route
}

/** Whether somebody would take the task at once if this provider fell asleep now. */
export function hasAwakeFallback(plan: Plan, route: Route, provider: string | null): boolean {
  if (provider === null) return false
  for (const next of chainOf(route))
    if (next.provider !== provider && !sleeping(plan, next)) return true
  return false
}
