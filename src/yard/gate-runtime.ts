/** Keeps a yard that nobody trusts yet from running, settling or ending anything: its folders are somebody else's words. */
import type { Runtime } from '../domain/executor.ts'

export function gateRuntime(runtime: Runtime, isOpen: () => boolean): Runtime {
  return {
    launch: (order) => isOpen() && runtime.launch(order),
    recover: (orders) => (isOpen() ? runtime.recover(orders) : Promise.resolve()),
    stop: (id, how) => isOpen() && runtime.stop(id, how),
    // Held by nobody's word: what is not to be touched must not be asked for again and again either.
    isHolding: (id) => !isOpen() || runtime.isHolding(id),
    facts: (id) => runtime.facts(id),
    measure: () => (isOpen() ? runtime.measure() : Promise.resolve(new Map())),
    endLeftovers: () => (isOpen() ? runtime.endLeftovers() : Promise.resolve([])),
    look: () => (isOpen() ? runtime.look() : Promise.resolve()),
    onReport: (listener) => runtime.onReport(listener),
    close: () => runtime.close(),
  }
}
