import { StreamError } from '../core/errors.js'

/** What members of the group tell the one that assigns, and what it tells them: JSON in the user data of Kafka's consumer protocol. */

const version = 1

export interface MemberData {
  readonly version: typeof version
  /** From the state directory, so that an instance is known again after a restart. */
  readonly processId: string
  /** Its sub-topologies; members of one group must agree on them, though not on what the steps within do. */
  readonly topology: readonly SubTopologyShape[]
  /** Where this instance answers queries, `host:port`. */
  readonly host?: string
  /** Tasks that it runs. */
  readonly active: readonly string[]
  /** Tasks that it keeps the state of for others. */
  readonly standbys?: readonly string[]
  /** Sum of changelog positions of each task whose state it has. */
  readonly positions: Readonly<Record<string, number>>
}

/** What of a sub-topology makes its tasks the same tasks: the topics that they read (their names on Kafka) and the state that they keep. */
export interface SubTopologyShape {
  readonly sources: readonly string[]
  /** Name and kind. */
  readonly stores: readonly string[]
}

export interface AssignmentData {
  readonly version: typeof version
  readonly tasks: readonly string[]
  /** Tasks whose state this member keeps up to date, so that it can take them over. */
  readonly standbys: readonly string[]
  /** Which host runs which tasks, of members that said where they answer queries. */
  readonly hosts: Readonly<Record<string, readonly string[]>>
  /** And which one keeps the state of which tasks. */
  readonly standbyHosts?: Readonly<Record<string, readonly string[]>>
  /** Instead of tasks: why this member cannot be part of the group. */
  readonly refused?: { readonly code: 'TOPOLOGY_MISMATCH'; readonly message: string }
}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

export function encodeData(data: Omit<MemberData, 'version'> | Omit<AssignmentData, 'version'>): Uint8Array {
  return utf8.encode(JSON.stringify({ version, ...data }))
}

/** Undefined if it is not of this version of Millrace. */
export function decodeMember(bytes: Uint8Array | null): MemberData | undefined {
  return decode(bytes) as MemberData | undefined
}

/** Throws TOPOLOGY_MISMATCH if the leader speaks another version or refuses this member. */
export function decodeAssignment(bytes: Uint8Array | null): AssignmentData {
  const data = decode(bytes) as AssignmentData | undefined
  if (data === undefined) {
    throw new StreamError('TOPOLOGY_MISMATCH', "The group's leader runs another version of Millrace, or is not Millrace.", {
      hint: 'Look with kafka-consumer-groups.sh --describe --members who else uses this group.',
    })
  }
  if (data.refused !== undefined) {
    throw new StreamError(data.refused.code, data.refused.message, {
      hint: 'Stop the instances of the old topology before the new ones start, or give the new one another application name.',
    })
  }
  return data
}

function decode(bytes: Uint8Array | null): object | undefined {
  if (bytes === null) return undefined
  try {
    const data: unknown = JSON.parse(fromUtf8.decode(bytes))
    return typeof data === 'object' && data !== null && 'version' in data && data.version === version ? data : undefined
  } catch {
    return undefined
  }
}
