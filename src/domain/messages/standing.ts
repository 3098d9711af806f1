/** Standing tasks of members. Apart from the schemas: the page needs this from its start, and those later. */
import type { TaskId } from '../ids.ts'

/** The standing task of a member, an id that nobody can give to a task. */
export const standingIdOf = (member: string): TaskId => `@${member}` as TaskId
export const isStanding = (id: string): boolean => id.startsWith('@')
