/** Trust given from a window: what a person says yes to is exactly what they were shown. */
import { createHash } from 'node:crypto'
import { err, ok, type Result } from '../base/result.ts'
import type { Settings } from '../domain/settings.ts'
import { failure, type Failure } from '../domain/failure.ts'
import {
  configHash,
  confirmTrust,
  describeTrust,
  type TrustPlace,
  type TrustShown,
} from './trust.ts'

export interface TrustAsked extends TrustShown {
  /** Stands for all of this, and for the config file as it was read. */
  readonly seen: string
}

/** `readSettings` reads the files anew: what counts is what would run next, not what was read at the start. */
type ReadSettings = () => Result<Settings, Failure>

export function askTrust(
  place: TrustPlace,
  readSettings: ReadSettings,
): Result<TrustAsked, Failure> {
  const looked = look(place, readSettings)
  return looked.ok ? ok(looked.value.asked) : looked
}

interface Looked {
  /** Of the config file that was judged. */
  readonly hash: string
  readonly asked: TrustAsked
}

function look(place: TrustPlace, readSettings: ReadSettings): Result<Looked, Failure> {
  const hash = configHash(place.paths)
  const settings = readSettings()
  if (!settings.ok) return settings
  const shown = describeTrust(settings.value, place.paths)
  if (configHash(place.paths) !== hash) return err(changed)
  const seen = createHash('sha256')
    .update(JSON.stringify([hash, shown]))
    .digest('hex')
  return ok({ hash, asked: { ...shown, seen } })
}

/** `seen` as it came with what the person saw. `wrong-state` when something of it is another by now. */
export function giveTrust(
  place: TrustPlace,
  readSettings: ReadSettings,
  seen: string,
): Result<void, Failure> {
  const looked = look(place, readSettings)
  if (!looked.ok) return looked
  const { hash, asked } = looked.value
  if (asked.seen !== seen) return err(changed)
  confirmTrust(place, hash)
  return ok(undefined)
}

const changed = failure('wrong-state', 'what this yard would run has changed meanwhile', {
  hint: 'look at the list again',
})
