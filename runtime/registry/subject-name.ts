import type { TopicSide } from '../serde/registry.js'
import type { SubjectNameStrategy } from './options.js'

/** The subject that a type's schema stands under. */
export function subjectName(strategy: SubjectNameStrategy, { topic, side }: TopicSide, type: string): string {
  switch (strategy) {
    case 'topicName':
      return `${topic}-${side}`
    case 'recordName':
      return type
    case 'topicRecordName':
      return `${topic}-${type}`
  }
}
