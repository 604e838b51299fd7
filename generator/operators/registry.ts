import { aggregate } from './aggregate.js'
import { branch } from './branch.js'
import { cogroup } from './cogroup.js'
import { count } from './count.js'
import { filter, filterNot } from './filter.js'
import { flatMap } from './flat-map.js'
import { flatMapValues } from './flat-map-values.js'
import { forEach } from './for-each.js'
import { globalStore } from './global-store.js'
import { globalTable } from './global-table.js'
import { groupBy } from './group-by.js'
import { groupByKey } from './group-by-key.js'
import { join, leftJoin, outerJoin } from './join.js'
import { map } from './map.js'
import { mapValues } from './map-values.js'
import { merge } from './merge.js'
import type { Operator } from './operator.js'
import { peek } from './peek.js'
import { process, processValues } from './process.js'
import { reduce } from './reduce.js'
import { repartition } from './repartition.js'
import { selectKey } from './select-key.js'
import { sink } from './sink.js'
import { stream } from './stream.js'
import { suppress } from './suppress.js'
import { table } from './table.js'
import { toStream } from './to-stream.js'
import { toTable } from './to-table.js'

/** All operators in the order of the docs: one row here per operator, one file beside this one. */
const rows = [
  stream,
  table,
  globalTable,
  globalStore,
  filter,
  filterNot,
  map,
  mapValues,
  flatMap,
  flatMapValues,
  selectKey,
  peek,
  forEach,
  merge,
  branch,
  repartition,
  groupByKey,
  groupBy,
  count,
  reduce,
  aggregate,
  cogroup,
  toStream,
  toTable,
  join,
  leftJoin,
  outerJoin,
  suppress,
  process,
  processValues,
  sink,
] as const

/** By name. Each row knows the types of its own options; whoever goes through all of them does not. */
export const operators: ReadonlyMap<string, Operator> = new Map(rows.map((row) => [row.name, row as unknown as Operator]))
