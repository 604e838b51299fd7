import * as generated from '../generated/imports.js'
import type { Event } from '../generated/types/seed/event.js'

export class Mapped extends generated.Mapped {
}

export const none: Event | undefined = undefined
