import type { Rule } from './rule.js'
import { addedFieldWithoutDefault } from './rules/added-field-without-default.js'
import { ambiguousAlias } from './rules/ambiguous-alias.js'
import { bareEncoding } from './rules/bare-encoding.js'
import { decimalWithoutScale } from './rules/decimal-without-scale.js'
import { endlessLoop } from './rules/endless-loop.js'
import { endlessRecord } from './rules/endless-record.js'
import { enumWithoutDefault } from './rules/enum-without-default.js'
import { defaultOfLaterBranch, fieldWithoutDefault, nullableWithoutDefault } from './rules/field-default.js'
import { longJoinWindow } from './rules/long-join-window.js'
import { manyWindows } from './rules/many-windows.js'
import { missingDoc } from './rules/missing-doc.js'
import { fieldCase, missingNamespace, symbolCase, typeCase } from './rules/naming.js'
import { noOutput } from './rules/no-output.js'
import { nullableKey } from './rules/nullable-key.js'
import { plainTimestamp } from './rules/plain-timestamp.js'
import { redundantRepartition } from './rules/redundant-repartition.js'
import { toldByGen } from './rules/told-by-gen.js'
import { unboundedSuppress } from './rules/unbounded-suppress.js'
import { unchangedKey } from './rules/unchanged-key.js'
import { unloggedStore } from './rules/unlogged-store.js'
import { floatInKey, mapInKey } from './rules/unstable-key.js'
import { unstatedPartitions } from './rules/unstated-partitions.js'
import { unusedType } from './rules/unused-type.js'
import { windowWithoutGrace } from './rules/window-without-grace.js'

/** Of comments that keep findings back, and keep nothing back. */
export const unusedSuppression: Rule = {
  code: 'unused-suppression',
  level: 'warn',
  summary: 'A `gen-lint-disable` comment that keeps nothing back, or names no rule.',
  why: 'What it was for is gone, and the next finding there would go unseen. Remove it.',
}

/** All rules in the order of the docs. */
export const rules: readonly Rule[] = [
  ...toldByGen,
  unusedType,
  noOutput,
  endlessLoop,
  windowWithoutGrace,
  manyWindows,
  longJoinWindow,
  unboundedSuppress,
  nullableKey,
  mapInKey,
  floatInKey,
  unstatedPartitions,
  redundantRepartition,
  unchangedKey,
  unloggedStore,
  bareEncoding,
  endlessRecord,
  addedFieldWithoutDefault,
  nullableWithoutDefault,
  fieldWithoutDefault,
  defaultOfLaterBranch,
  enumWithoutDefault,
  decimalWithoutScale,
  plainTimestamp,
  ambiguousAlias,
  typeCase,
  fieldCase,
  symbolCase,
  missingNamespace,
  missingDoc,
  unusedSuppression,
]
