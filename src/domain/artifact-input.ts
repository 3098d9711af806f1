/** Artifacts as a report brings them. */
import { z } from 'zod'
import type { Artifact } from './executor.ts'

/** A list of paths is files; any other JSON object is kept as given. */
export const artifactsInputSchema = z.union([
  z.array(z.string().max(4096)).max(1000),
  z.record(z.string(), z.unknown()),
])
export type ArtifactsInput = z.infer<typeof artifactsInputSchema>

export function toArtifacts(given: ArtifactsInput | undefined): Artifact[] {
  if (given === undefined) return []
  if (Array.isArray(given)) return given.map((path) => ({ kind: 'file', path }))
  return [{ kind: 'json', value: given }]
}
