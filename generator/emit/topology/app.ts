import { code, runtimeType, runtimeValue } from '../../model/code.js'
import type { TopologyModel } from '../../model/topology.js'
import { render } from '../render.js'
import { type EmitContext, GeneratedFile } from './file.js'
import { queryableStore, storeDoc } from './stores.js'
import { topologyFunction } from './topology.js'

/** `app.ts`: the class that a service starts. */
export function appFile(topology: TopologyModel, context: EmitContext): string {
  const file = new GeneratedFile(`${topology.name}/app`, context)
  const stores = topology.stores.filter((store) => store.queryable)
  const storesName = `${topology.className}Stores`
  const view = {
    header: file.header,
    file: topology.file.slice(topology.file.lastIndexOf('/') + 1),
    className: topology.className,
    hasStores: stores.length > 0,
    storesName,
    stores: stores.map((store) => ({ doc: storeDoc(store), name: store.property, type: file.use(queryableStore(store, topology)) })),
    base: file.use(stores.length > 0 ? code`${runtimeValue('StreamApp')}<${storesName}>` : runtimeValue('StreamApp')),
    logicName: file.import(`${topology.className}Logic`, `${topology.name}/topology`, true),
    configType: file.use(runtimeType('AppConfig')),
    functionName: file.import(topologyFunction(topology), `${topology.name}/topology`, false),
  }
  return render('app.ts.hbs', { ...view, imports: file.imports() })
}

/** `../login-attempts.ts`: all that a service imports of a topology. The test driver stays apart, so that production does not load it. */
export function barrelFile(topology: TopologyModel, { header, extension }: EmitContext): string {
  return render('barrel.ts.hbs', {
    header,
    name: topology.name,
    extension,
    hasLogic: topology.steps.some((step) => step.logic.length > 0),
    logicName: `${topology.className}Logic`,
  })
}
