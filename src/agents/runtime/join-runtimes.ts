/** Two kinds of runtime as one: each agent belongs to the one that its executor's type names. */
import type { LaunchOrder, Runtime } from '../../domain/executor.ts'

const isService = ({ profile }: LaunchOrder): boolean => profile.type === 'http'

export function joinRuntimes(processes: Runtime, services: Runtime): Runtime {
  const both = [processes, services]
  return {
    launch: (order) => (isService(order) ? services : processes).launch(order),
    async recover(orders) {
      await Promise.all([
        processes.recover(orders.filter((order) => !isService(order))),
        services.recover(orders.filter(isService)),
      ])
    },
    stop: (id, how) => both.forEach((one) => one.isHolding(id) && one.stop(id, how)),
    isHolding: (id) => both.some((one) => one.isHolding(id)),
    facts: (id) => processes.facts(id) ?? services.facts(id),
    measure: () => processes.measure(),
    endLeftovers: () => processes.endLeftovers(),
    async look() {
      await Promise.all(both.map((one) => one.look()))
    },
    onReport(listener) {
      const offs = both.map((one) => one.onReport(listener))
      return () => offs.forEach((off) => off())
    },
    async close() {
      await Promise.all(both.map((one) => one.close()))
    },
  }
}
