import fc from 'fast-check';

// That a slip is found is enough: to shrink what finds it would take longer than all of the test.
fc.configureGlobal({ endOnFailure: true });
