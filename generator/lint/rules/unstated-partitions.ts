import type { Rule } from '../rule.js'

export const unstatedPartitions: Rule = {
  code: 'unstated-partitions',
  level: 'warn',
  summary: 'A topic that is joined or cogrouped with others and does not state its `partitions`, in a manifest where others do.',
  why: 'Equal keys meet only if the topics have as many partitions each. `gen` checks it where the manifest states them; else the job finds out when it starts. State them.',
  *check({ allSteps }) {
    for (const steps of allSteps) {
      const { topology } = steps
      if (topology.topics.every(({ partitions }) => partitions === undefined)) continue
      const unstated = new Set<string>()
      for (const step of steps.all) {
        if (step.operator !== 'cogroup' && !['streamStream', 'streamTable', 'tableTable'].includes(String(step.spec.join))) continue
        const sources = step.inputs.flatMap((name) => {
          const partitioning = steps.producer(name)?.partitioning
          return partitioning === undefined || partitioning.rekeyed ? [] : partitioning.sources
        })
        if (new Set(sources.map(({ name }) => name)).size < 2) continue
        for (const { name, partitions } of sources) if (partitions === undefined) unstated.add(name)
      }
      for (const { name, place } of topology.topics) {
        if (!unstated.has(`topic \`${name}\``)) continue
        const message = `Topic \`${name}\` is joined by its key, and does not state its partitions.`
        yield { place, message, hint: 'Write `partitions`, so that gen can check that both sides have as many.' }
      }
    }
  },
}
