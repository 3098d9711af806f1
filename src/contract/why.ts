/** Why a task is not finished: what it waits for, in words and as codes. */
import { z } from 'zod'
import { judgedAsShape } from './judging.ts'
import { SHOWN_STATES } from '../domain/graph/shown-state.ts'

const waitReasonSchema = z.object({
  kind: z.enum([
    'task',
    'time',
    'person',
    'provider',
    'cap',
    'memory',
    'pause',
    'hold',
    'breaker',
    'trust',
    'claim',
    'executor',
    'read-only',
    'host',
    'budget',
  ]),
  /** The task, profile, cap or provider meant. */
  subject: z.string().nullable(),
  text: z.string(),
  until: z.string().nullable(),
})
/** Whom the hints in the text speak to: who types commands, or who has the buttons of the page. */
export const WHY_VOICES = ['command-line', 'page'] as const
export type WhyVoice = (typeof WHY_VOICES)[number]

const LINES_FROM = ['output', 'gate'] as const

export const whySchema = z.object({
  id: z.string(),
  state: z.enum(SHOWN_STATES),
  text: z.string(),
  /** The text where the state stands before it already: `paused: yard resume a lets it go on.` */
  textAfterState: z.string(),
  /** The last lines that its program wrote in the try that failed, or of what was found wrong with it; null = it did not fail, or nothing was. */
  lastLines: z.string().nullable(),
  /** Whose those lines are: its program's, or of a person, a judge or a check that did not let its result pass. */
  linesFrom: z.enum(LINES_FROM),
  /** What its result must pass. */
  gate: judgedAsShape.gate,
  waitsFor: z.array(waitReasonSchema),
})
export type Why = z.infer<typeof whySchema>
export type WaitReason = z.infer<typeof waitReasonSchema>
