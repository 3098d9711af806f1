/** What procedures of the contract are declared with. */
import { oc } from '@orpc/contract'
import { z } from 'zod'

type Path = `/${string}`

export const get = (path: Path) => oc.route({ method: 'GET', path })
/** `successStatus` where it is not 200. */
export const post = (path: Path, successStatus = 200) =>
  oc.route({ method: 'POST', path, successStatus })

export const commandIdSchema = z.string().min(1).max(100).optional()
export const idInput = z.strictObject({ id: z.string() })
