import { Dropped } from "../generated/in-the-way.js"

export class Mine extends Dropped {
  protected override test( {
