import { ByUser } from '../generated/second.js'

export class PerUser extends ByUser {}
