/** Artifacts as a report brings them. */
import { z } from 'zod'
import { jsonFault } from './bounds.ts'
import type { Artifact } from './executor.ts'

/** A list of paths is files; any other JSON object is kept as given. */
export const artifactsInputSchema = z.union([
  z.array(z.string().max(4096)).max(1000),
  z.record(z.string(), z.unknown()).superRefine((value, context) => {
    const fault = jsonFault(value)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  }),
])
export type ArtifactsInput = z.infer<typeof artifactsInputSchema>

export function toArtifacts(given: ArtifactsInput | undefined): Artifact[] {
  if (given === undefined) return []
  if (Array.isArray(given)) return given.map((path) => ({ kind: 'file', path }))
  return [{ kind: 'json', value: given }]
}
