#!/usr/bin/env node
import { ByUser as Base, Totals as TotalsBase } from "../generated/imports.js";
import type {
	StreamRecord,
} from "millrace"; // theirs
import type { Event as Event2 } from "../generated/types/seed/event.js";

/** Not the schema's. */
interface Event {
	name: string;
}

export const event: Event = { name: "mine" };
export const records: StreamRecord<string, Event>[] = [];

export class PerUser extends Base {
	/** The key to group by. */
	protected override groupKey(_record: Base.In): string {
		throw new Error("PerUser.groupKey is not written yet.");
	}
}

export class Sums extends TotalsBase {
	readonly name = event.name;

	/** The aggregate before the first record of a key. */
	protected override initialize(): Event2 {
		throw new Error("Sums.initialize is not written yet.");
	}

	/** The aggregate with the record. */
	protected override aggregate(_record: TotalsBase.In, _aggregate: Event2): Event2 {
		throw new Error("Sums.aggregate is not written yet.");
	}
}
