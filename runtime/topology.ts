/** For tools: the graph that a topology becomes, what is wrong with it, and a description. Runs nothing, and loads nothing native. */
export { partitionCounts, taskCount } from './app/partition-counts.js'
export { buildTopology, topologyProblems } from './topology/build.js'
export {
  describeTopology,
  type GlobalDescription,
  type InternalTopicDescription,
  type NodeDescription,
  type StoreDescription,
  type SubTopologyDescription,
  type TopologyDescription,
} from './topology/describe.js'
export type { TopologyProblem } from './topology/problem.js'
export { type SubTopology, stepOf, type Topology, type TopologyStore } from './topology/topology.js'
