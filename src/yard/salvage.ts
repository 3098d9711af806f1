/** A backup made from the plan in memory, for the owner of a database of which too little is left to copy. */
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { err, ok, type Result } from '../base/result.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { dependencyIdOf, type Dependency, type EntityChange, type Plan } from '../domain/plan.ts'
import { openStore } from '../store/open-store.ts'

/**
 * Brings a copy of the backup `base` (null = an empty database) to the state of `plan` and lays it at `file`. Not in it is what the
 * plan does not hold: log lines, artifacts, costs and agents that ended since `base`.
 */
export async function salvagePlan(
  plan: Plan,
  { base, file, at }: { readonly base: string | null; readonly file: string; readonly at: number },
): Promise<Result<void, Failure>> {
  const part = `${file}.part`
  try {
    if (base !== null) copyFileSync(base, part)
    const opened = await openStore({ path: part, at })
    if (!opened.ok) return opened
    const { writer, plan: old, close } = opened.value
    try {
      writer.begin()
      for (const change of changesBetween(old, plan))
        writer.write(change, { at, event: 'yard.salvaged', by: 'yard' })
      writer.commit()
    } finally {
      close()
    }
    renameSync(part, file)
    return ok(undefined)
  } catch (error) {
    return err(
      failure('io', `the plan in memory could not be written to ${file}: ${String(error)}`),
    )
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(part + suffix, { force: true })
  }
}

/** Dependencies go before their tasks and come after them. */
function* changesBetween(old: Plan, now: Plan): Generator<EntityChange> {
  const [edges, newEdges] = [dependenciesOf(old), dependenciesOf(now)]
  for (const [id, before] of edges)
    if (!newEdges.has(id)) yield { entity: 'dependency', id, before, after: null }
  for (const { id, before, after } of pairs(old.tasks, now.tasks))
    yield { entity: 'task', id, before, after }
  for (const [id, after] of newEdges)
    if (!edges.has(id)) yield { entity: 'dependency', id, before: null, after }
  for (const { id, before, after } of pairs(old.agents, now.agents))
    yield { entity: 'agent', id, before, after }
  for (const { id, before, after } of pairs(old.breakers, now.breakers))
    yield { entity: 'breaker', id, before, after }
  if (old.facts.paused !== now.facts.paused)
    yield { entity: 'yard', id: 'yard', before: old.facts, after: now.facts }
}

function* pairs<T>(
  old: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T>,
): Generator<{ readonly id: string; readonly before: T | null; readonly after: T | null }> {
  for (const id of new Set([...old.keys(), ...now.keys()])) {
    const [before, after] = [old.get(id) ?? null, now.get(id) ?? null]
    if (JSON.stringify(before) !== JSON.stringify(after)) yield { id, before, after }
  }
}

function dependenciesOf(plan: Plan): Map<string, Dependency> {
  const all = new Map<string, Dependency>()
  for (const dependent of plan.tasks.keys())
    for (const blocker of plan.blockersOf(dependent)) {
      const id = dependencyIdOf(blocker, dependent)
      all.set(id, { id, blocker, dependent })
    }
  return all
}
