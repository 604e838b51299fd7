/** A member in a process of its own, for members.test.ts to kill: `member-process.js brokers topic group`. It prints what it hears. */
import { kafkajsClient } from '#runtime/kafkajs.js'
import { Member } from './member.js'

const [brokers = '', topic = '', groupId = ''] = process.argv.slice(2)
const client = kafkajsClient({ brokers: brokers.split(',') })
const member = new Member(client, topic, { groupId, sessionTimeoutMs: 6_000 })
await member.start()
let told = 0
await member.pollUntil(() => {
  for (const event of member.events.slice(told)) console.log(event, member.assigned.length)
  told = member.events.length
  return false
})
