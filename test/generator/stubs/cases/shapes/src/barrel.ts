export * from '../generated/shapes.js'
