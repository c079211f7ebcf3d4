/** A consumer's tests for the type checker alone, with fast-check installed. */
import { Engine } from 'wattbook';
import { openingRequests, requestsOf, workload, type Workload } from 'wattbook/testing';

const load: Workload = workload('A', { commands: 10, prefill: 10 });
const market = new Engine();
for (const { command, request } of openingRequests(load)) {
  if (command === 'openAccount') market.openAccount(request);
}
export const submitted: number = [...requestsOf(load)].filter(
  ({ command }) => command === 'submit',
).length;
