/** A consumer's code for the type checker alone, with fast-check installed. */
import * as testing from 'wattbook/testing';

export const names: readonly string[] = Object.keys(testing);
