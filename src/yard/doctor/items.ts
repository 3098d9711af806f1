/** Lines of a diagnosis. */
import type { DoctorItem } from '../../contract/service.ts'

export const item = (id: string, text: string): DoctorItem => ({ id, level: 'ok', text, fix: null })
export const warn = (id: string, text: string, fix: string): DoctorItem => ({
  id,
  level: 'warn',
  text,
  fix,
})
export const fail = (id: string, text: string, fix: string): DoctorItem => ({
  id,
  level: 'fail',
  text,
  fix,
})
