/** Says in words that this Node.js cannot open a yard's database. better-sqlite3 ends an older one with a segmentation fault. */
const NEEDED_NODE_API = 10

/** Null when it is new enough. */
export function nodeProblem(versions: {
  readonly node: string
  readonly napi?: string
}): string | null {
  const nodeApi = Number(versions.napi)
  if (nodeApi >= NEEDED_NODE_API) return null
  return (
    `needs Node.js 22.14 or newer: this is ${versions.node} with Node-API ${versions.napi ?? 'unknown'}, ` +
    `and the database needs Node-API ${NEEDED_NODE_API}; start it with bin/yard, which finds a newer one, or set YARD_NODE`
  )
}
