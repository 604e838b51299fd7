#!/usr/bin/env node
import { ByUser as Base, Totals as TotalsBase } from "../generated/imports.js";
import type {
	StreamRecord,
} from "millrace"; // theirs

/** Not the schema's. */
interface Event {
	name: string;
}

export const event: Event = { name: "mine" };
export const records: StreamRecord<string, Event>[] = [];

export class PerUser extends Base {}

export class Sums extends TotalsBase {
	readonly name = event.name;
}
