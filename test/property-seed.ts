/** Gives every property of the run the one seed that the run printed, so that the run can be repeated. */
import fc from 'fast-check';

const seed = Number(process.env.TEST_SEED);
if (!Number.isInteger(seed)) throw new Error(`TEST_SEED is not a whole number: ${process.env.TEST_SEED}`);

fc.configureGlobal({ seed });
